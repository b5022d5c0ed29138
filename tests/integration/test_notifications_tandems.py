"""Mails about tandems: each side is asked by its own link, and nobody learns what the other said."""

import re
from datetime import timedelta

import pytest

from shared.contracts.matching import AssignmentCancelled, TandemPage
from shared.contracts.notifications import DisclosuresOf
from shared.kernel.fields import (
    Channel,
    Side,
    TandemAnswer,
    TandemQuestion,
    TandemState,
)
from shared.kernel.ids import new_id
from shared.messaging.secrets import LINK_KEYS
from shared.web.links import LinkVerifier, Purpose, read_link_keys
from tests.mail_scenes import (
    ORGANISATION,
    a_stage,
    about,
    calendar_of,
    html_of,
    tandem_asked,
    tandem_over,
    text_of,
)
from tests.people_builders import NOON, set_clock
from tests.requests_builders import publish

pytestmark = pytest.mark.integration

VOLUNTEER, THEY = Side.VOLUNTEER, Side.ORGANISATION
NIGHT = NOON + timedelta(hours=10)


@pytest.fixture
async def stage(district):
    set_clock(district, NOON)
    async with a_stage(district) as stage:
        yield stage


def link_in(stage, mail):
    """Which tandem and which side the mail's link names."""
    (token,) = re.findall(r"https://bruecke\.example/t/(\S+)", text_of(mail))
    keys = read_link_keys(stage.district.servers.secrets / LINK_KEYS)
    return LinkVerifier(keys).read(Purpose.TANDEM, token)


async def test_each_side_is_asked_by_a_link_of_its_own(stage):
    tandem = stage.owners.tandem()
    await stage.happen(tandem_asked(tandem, VOLUNTEER), tandem_asked(tandem, THEY), times=2)

    mine, theirs = (
        await stage.mail("tandem_trial"),
        await stage.mail("organisation_tandem_trial"),
    )

    assert link_in(stage, mine) == (str(tandem.assignment_id), "volunteer")
    assert link_in(stage, theirs) == (str(tandem.assignment_id), "organisation")
    assert mine["Subject"] == "Passt Ihr Tandem? Sprache, Gößnitz"
    assert "Sprachcafé begleiten" in text_of(mine)
    assert ORGANISATION in text_of(mine)
    assert "Mit: Amal" in text_of(theirs)
    assert "0151" not in text_of(theirs)
    assert "Ihre Antwort lesen nur wir." in text_of(theirs)
    assert len(stage.smtp.accepted) == 2


async def test_a_check_in_names_its_days_and_the_reminder_says_that_it_is_the_only_one(stage):
    check = {"what": TandemQuestion.CHECK_IN, "question": 2}
    tandem = stage.owners.tandem(question=2)
    await stage.happen(tandem_asked(tandem, VOLUNTEER, again=True, **check))

    mail = await stage.mail("tandem_check_in")

    assert mail["Subject"].startswith("Noch einmal: Wie läuft Ihr Tandem?")
    text = text_of(mail)
    assert "vom 26. Oktober 2026 bis zum 22. November 2026" in text
    assert "Wir erinnern Sie nur dieses eine Mal." in text
    assert "26. Oktober 2026" in html_of(mail)


async def test_a_question_is_not_sent_once_it_is_answered_or_another_waits_or_it_ended(stage):
    for page in (
        {"answer": TandemAnswer.FITS},
        {"question": 2},
        {"state": TandemState.ENDED},
    ):
        await stage.happen(tandem_asked(stage.owners.tandem(**page), VOLUNTEER))
    stranger = stage.owners.tandem()
    stage.owners.tandems.pop(stranger.assignment_id)
    await stage.happen(tandem_asked(stranger, THEY))
    await stage.happen(tandem_over(stage.owners.tandem()))

    states = await stage.settled(6)

    assert states == [("cancelled", "stale")] * 6


async def test_who_is_rung_gets_no_mail(stage):
    tandem = stage.owners.tandem()
    await stage.happen(tandem_asked(tandem, VOLUNTEER, channel=Channel.PHONE))
    await stage.happen(tandem_asked(tandem, THEY))
    await stage.settled(1)

    assert [row["template"] for row in await stage.rows()] == ["organisation_tandem_trial"]


async def test_a_tandem_is_asked_after_all_planned_dates(stage):
    tandem = stage.owners.tandem()
    set_clock(stage.district, NOON + timedelta(days=400))
    later = NOON + timedelta(days=407)
    for app in stage.apps:
        await stage.district.stop(app)
    stage.apps.clear()
    await stage.start()

    await stage.happen(tandem_asked(tandem, VOLUNTEER, not_after=later))

    assert await stage.mail("tandem_trial")


async def test_both_are_thanked_and_neither_reads_who_ended_it_or_why(stage):
    tandem = stage.owners.tandem(state=TandemState.ENDED)
    stage.owners.restate(tandem.request_id, state="done")
    await stage.happen(tandem_over(tandem), times=2)

    mine, theirs = (
        await stage.mail("tandem_ended"),
        await stage.mail("organisation_tandem_ended"),
    )

    for mail in (mine, theirs):
        for part in (text_of(mail), html_of(mail), mail["Subject"]):
            assert "gepasst" not in part
            assert "did_not_fit" not in part
    assert "Danke für Ihre Zeit" in text_of(mine)
    assert "Mit: Amal" in text_of(theirs)
    assert "METHOD:CANCEL" in calendar_of(mine)
    assert "SEQUENCE:5" in calendar_of(mine)
    assert calendar_of(theirs) is None
    admin = await stage.district.asker("admin")
    told = await admin.ask(DisclosuresOf(volunteer_id=tandem.volunteer_id))
    assert [one.what for one in told.disclosures] == ["first_name"]


async def test_past_dates_stay_in_the_calendar(stage):
    tandem = stage.owners.tandem(state=TandemState.ENDED)
    words = stage.owners.words[tandem.request_id]
    past = tuple(
        slot.model_copy(
            update={
                "starts_at": slot.starts_at - timedelta(days=30),
                "ends_at": slot.ends_at - timedelta(days=30),
            }
        )
        for slot in words.slots
    )
    stage.owners.restate(tandem.request_id, slots=(*past, *words.slots))
    await stage.happen(tandem_over(tandem))
    calendar = calendar_of(await stage.mail("tandem_ended"))
    assert calendar.count("BEGIN:VEVENT") == 1

    stage.owners.restate(tandem.request_id, slots=past)
    await stage.happen(tandem_over(tandem))
    assert calendar_of(await stage.mail("tandem_ended")) is None


async def test_an_end_that_the_place_tells_is_not_told_twice(stage):
    tandem = stage.owners.tandem(state=TandemState.ENDED)
    invitation = stage.owners.invitation(state="withdrawn")
    place = about(invitation) | {"assignment_id": new_id(), "sequence": 3}
    await stage.happen(
        tandem_over(tandem, announced=False),
        AssignmentCancelled(**place, reason="tandem_ended"),
    )

    assert await stage.rows() == []


async def test_an_organisation_whose_volunteer_is_gone_reads_no_name(stage):
    tandem: TandemPage = stage.owners.tandem(state=TandemState.ENDED)
    stage.owners.volunteers.pop(tandem.volunteer_id)
    stage.owners.shared.pop(tandem.volunteer_id)
    await stage.happen(tandem_over(tandem))

    mail = await stage.mail("organisation_tandem_ended")

    assert "Mit:" not in text_of(mail)
    assert await stage.comes_to("tandem_ended", "failed")


async def test_at_night_a_question_waits_and_thanks_do_not(district):
    set_clock(district, NIGHT)
    async with a_stage(district, quiet_hours="20:00-07:00") as stage:
        asked, ended = (
            stage.owners.tandem(),
            stage.owners.tandem(state=TandemState.ENDED),
        )
        await stage.happen(tandem_asked(asked, VOLUNTEER), tandem_over(ended))

        await stage.mail("tandem_ended")

        (waiting,) = await stage.rows("tandem_trial")
        assert waiting["holdable"]
        assert waiting["state"] == "queued"


@pytest.mark.parametrize("point", ["in_transaction", "committed_not_acked"])
async def test_an_end_is_mailed_once_to_both_whatever_the_crash(district, point):
    set_clock(district, NOON)
    async with a_stage(district, start=False) as stage:
        tandem = stage.owners.tandem(state=TandemState.ENDED)
        event = tandem_over(tandem)
        app = await stage.start()
        await stage.district.stop(app)
        stage.apps.clear()
        await publish(district, event)
        async with stage.process(f"notifications__tandem_ended_v1.{point}") as process:
            await process.wait()

        await stage.start()
        await publish(district, event)
        await stage.mail("tandem_ended")
        await stage.mail("organisation_tandem_ended")

        assert len(await stage.rows()) == 2
