"""Erasure, lapse and export on real servers: what goes, what stays, and who is told."""

import asyncio
import json
from datetime import date, timedelta

import pytest

from services.profiles.main import create_app
from services.profiles.settings import ProfilesSettings
from services.profiles.store import MESSAGING
from shared.contracts.profiles import (
    ConfirmVolunteer,
    EraseVolunteer,
    ExportVolunteer,
    PauseVolunteer,
    RosterOf,
    SharedContact,
    VolunteerCards,
    VolunteerRecipient,
)
from shared.contracts.values import Done, HeldCheck
from shared.kernel.fields import Check, Via
from shared.kernel.ids import new_id
from shared.messaging.asking import Replied, WishRefused
from shared.messaging.erasure import swap_next
from tests.example_service import answered
from tests.people_builders import (
    NOON,
    a_key,
    a_registration,
    days_later,
    events,
    everything_in,
    set_clock,
)

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("profiles")]


@pytest.fixture
async def profiles(district):
    set_clock(district, NOON)
    return await district.start(create_app, ProfilesSettings)


@pytest.fixture
async def portal(district):
    return await district.asker("portal")


@pytest.fixture
async def volunteer_id(district):
    """Somebody with everything that can be kept, active and known."""
    cli = await district.asker("cli")
    answer = await cli.ask(
        a_registration(
            phone="03447 586123",
            postcode="04626",
            municipality="Klein-Zossen",
            via=Via.IMPORT,
            consented_on=date(2024, 5, 4),
            checks=[HeldCheck(check=Check.CONDUCT_CERTIFICATE, valid_until=date(2027, 1, 31))],
            languages=[{"tag": "ti", "level": "C2", "modes": ["interpret"]}],
            absences=[{"from_on": "2026-12-01", "to_on": "2026-12-24"}],
        )
    )
    return answer.volunteer_id


def an_erasure(volunteer_id):
    return EraseVolunteer(command_key=a_key(), volunteer_id=volunteer_id)


async def rows(district, table):
    return await district.sql(f"SELECT * FROM profiles.{table}")  # noqa: S608


async def nothing_waits(district):
    async def swapped():
        return not await rows(district, "erasures")

    await district.until(swapped)


async def test_erasure_leaves_nothing_of_the_person_but_a_random_id(
    district, portal, volunteer_id
):
    await portal.send(
        PauseVolunteer(command_key=f"pause:{volunteer_id}", volunteer_id=volunteer_id)
    )
    before = await everything_in(district, "profiles")

    assert await portal.send(an_erasure(volunteer_id)) == Replied(Done())
    await nothing_waits(district)

    after = await everything_in(district, "profiles")
    for personal in (
        str(volunteer_id), "Amira", "Haddad", "haddad.example", "586123", "Klein-Zossen",
        "2027-01-31", "amira",
    ):  # fmt: skip
        assert personal in before
        assert personal not in after
    hashes = {row["subject"]: row["body_hash"] for row in await rows(district, "replies")}
    assert hashes["private.profiles.register_volunteer.v1"] == ""
    archive = [row["payload"] for row in await rows(district, "outbox")]
    ids = {json.loads(payload)["volunteer_id"] for payload in archive}
    assert (len(archive), len(ids)) == (3, 1)


async def test_everybody_who_knows_the_id_is_told_by_that_id(district, portal, volunteer_id):
    await portal.send(an_erasure(volunteer_id))
    await nothing_waits(district)

    (told,) = await events(district, "volunteer_erased")
    assert told["volunteer_id"] == str(volunteer_id)


async def test_the_archive_waits_with_forgetting_until_the_erasure_is_published(
    district, profiles, volunteer_id
):
    district.kill_nats()
    async with profiles.work() as work:
        await work.session.execute(MESSAGING.outbox.update().values(published_at=None))
        await work.session.execute(MESSAGING.erasures.insert().values(person_id=volunteer_id))
        assert not await swap_next(work.session, MESSAGING)
    (row,) = await rows(district, "outbox")
    assert str(volunteer_id) in row["payload"]

    await asyncio.to_thread(district.start_nats)

    await nothing_waits(district)
    (row,) = await rows(district, "outbox")
    assert str(volunteer_id) not in row["payload"] + row["headers"]


async def test_erasing_twice_by_one_key_or_by_two_is_one_erasure(
    district, portal, volunteer_id
):
    wish = an_erasure(volunteer_id)
    for command in (wish, wish, an_erasure(volunteer_id), an_erasure(new_id())):
        assert await portal.send(command) == Replied(Done())
    await nothing_waits(district)

    assert len(await events(district, "volunteer_erased")) == 1


async def test_other_people_stay_as_they_are(district, portal, volunteer_id):
    other = await portal.ask(a_registration(first_name="Tarek"))
    (kept,) = [
        row for row in await rows(district, "volunteers") if row["first_name"] == "Tarek"
    ]

    await portal.send(an_erasure(volunteer_id))
    await nothing_waits(district)

    assert await rows(district, "volunteers") == [kept]
    assert str(other.volunteer_id) in await everything_in(district, "profiles")


async def test_who_is_gone_is_found_nowhere_and_can_come_back_as_somebody_new(
    district, portal, volunteer_id
):
    await portal.send(an_erasure(volunteer_id))

    matching = await district.asker("matching")
    notifications = await district.asker("notifications")
    admin = await district.asker("admin")
    assert (await matching.ask(RosterOf(volunteer_ids=(volunteer_id,)))).entries == ()
    assert not (await notifications.ask(VolunteerRecipient(volunteer_id=volunteer_id))).found
    assert not (await portal.ask(SharedContact(volunteer_id=volunteer_id))).found
    assert not (await portal.ask(ExportVolunteer(volunteer_id=volunteer_id))).found
    assert (await admin.ask(VolunteerCards(volunteer_ids=(volunteer_id,)))).cards == ()
    with pytest.raises(WishRefused):
        await answered(portal, PauseVolunteer(command_key=a_key(), volunteer_id=volunteer_id))
    again = await portal.ask(a_registration())
    assert again.volunteer_id != volunteer_id
    assert len(await rows(district, "volunteers")) == 1


async def test_a_registration_that_nobody_confirms_is_gone_after_fourteen_days(
    district, profiles, portal
):
    lapsing = await portal.ask(a_registration())
    confirmed = await portal.ask(a_registration(first_name="Tarek"))
    await portal.send(
        ConfirmVolunteer(command_key=a_key(), volunteer_id=confirmed.volunteer_id)
    )
    await district.stop(profiles)

    set_clock(district, days_later(13.9))
    profiles = await district.start(create_app, ProfilesSettings)
    async with profiles.work() as work:
        assert work.now > NOON + timedelta(days=13.8)
    await district.stop(profiles)
    assert len(await rows(district, "volunteers")) == 2

    set_clock(district, days_later(14.1))
    await district.start(create_app, ProfilesSettings)

    async def one_left():
        return len(await rows(district, "volunteers")) == 1

    await district.until(one_left)
    await nothing_waits(district)
    (told,) = await events(district, "volunteer_erased")
    assert told["volunteer_id"] == str(lapsing.volunteer_id)
    assert str(lapsing.volunteer_id) not in await everything_in(district, "profiles")
    assert (await rows(district, "volunteers"))[0]["volunteer_id"] == confirmed.volunteer_id


async def test_a_check_goes_three_months_after_its_end_and_matching_is_told(
    district, profiles, volunteer_id
):
    await district.stop(profiles)
    set_clock(district, days_later(69 + 90))
    profiles = await district.start(create_app, ProfilesSettings)
    await district.until(lambda: absences_are_empty(district))
    await district.stop(profiles)
    assert len(await rows(district, "volunteer_checks")) == 1

    set_clock(district, days_later(69 + 94))
    await district.start(create_app, ProfilesSettings)

    async def told():
        return await events(district, "volunteer_profile_changed")

    (change,) = await district.until(told)
    assert (change["volunteer_id"], change["sequence"]) == (str(volunteer_id), 2)
    assert await rows(district, "volunteer_checks") == []
    matching = await district.asker("matching")
    (entry,) = (await matching.ask(RosterOf(volunteer_ids=(volunteer_id,)))).entries
    assert (entry.known, entry.checks) == (True, ())


async def absences_are_empty(district):
    (row,) = await rows(district, "volunteers")
    return row["absences"] is None and row["absent_until"] is None


async def test_inbox_and_replies_go_after_forty_days_of_machine_time(
    district, profiles, portal
):
    await portal.ask(a_registration())
    await district.stop(profiles)
    await district.sql(
        "INSERT INTO profiles.inbox VALUES ('a', gen_random_uuid(), now() - interval '41 days'),"
        " ('a', gen_random_uuid(), now() - interval '39 days')"
    )
    await district.sql(
        "INSERT INTO profiles.replies VALUES"
        " ('s', 'old-enough', 'h', 'ok', '{}', now() - interval '41 days')"
    )
    # Domain time far ahead must not touch them.
    set_clock(district, days_later(60))

    await district.start(create_app, ProfilesSettings)

    async def gone():
        inbox, replies = await rows(district, "inbox"), await rows(district, "replies")
        return len(inbox) == len(replies) == 1

    await district.until(gone)
    (kept,) = await rows(district, "replies")
    assert kept["command_key"] != "old-enough"


async def test_the_export_holds_all_that_is_kept_and_why(district, portal, volunteer_id):
    await portal.send(PauseVolunteer(command_key=a_key(), volunteer_id=volunteer_id, weeks=1))

    export = json.loads((await portal.ask(ExportVolunteer(volunteer_id=volunteer_id))).document)

    (kept,) = await rows(district, "volunteers")
    assert set(export["volunteer"]) == set(kept.keys())
    assert export["volunteer"]["email"] == "amira@haddad.example"
    assert export["volunteer"]["absences"] == [{"from_on": "2026-12-01", "to_on": "2026-12-24"}]
    assert export["checks"][0]["valid_until"] == "2027-01-31"
    assert [entry["subject"].split(".")[2] for entry in export["events"]] == [
        "volunteer_activated",
        "volunteer_paused",
    ]
    assert export["declarations"]["volunteer_checks.valid_until"]["kept_days"] == 92
    assert set(export["declarations"]) >= {
        f"volunteers.{column}" for column in ("email", "phone")
    }
