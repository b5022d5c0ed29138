"""Every event that asks for a mail, from the stream to what arrives at the mail server."""

import re
from datetime import timedelta

import pytest
from icalendar import Calendar

from services.notifications.mail.render import template_names
from shared.contracts.admin import StaffMail
from shared.contracts.catalogue import CATALOGUE
from shared.contracts.matching import (
    AnswerCameTooLate,
    AssignedAskedAgain,
    AssignmentCancelled,
    AssignmentNear,
    CandidatesExhausted,
    DateSkipped,
    DateUnskipped,
    InvitationReminded,
    InvitationWithdrawn,
    PlaceReserved,
    Reason,
    RequestFilled,
    RequestNear,
    ReservationDeclined,
    SkippedDate,
    VolunteerWaitlisted,
    WhoComesChanged,
)
from shared.contracts.messages import Event, Service
from shared.contracts.network import (
    OrganisationErased,
    OrganisationLinkRequested,
    OrganisationRegistered,
    OrganisationRegistrationRepeated,
    OrganisationVerified,
)
from shared.contracts.notifications import DisclosuresOf, SendSignInLink
from shared.contracts.profiles import (
    ContactShown,
    RegistrationRepeated,
    VolunteerErased,
    VolunteerLinkRequested,
    VolunteerRegistered,
)
from shared.contracts.requests import RequestExpired, RequestReceived, RequestRefusedLate
from shared.contracts.values import Dated
from shared.kernel.fields import Answer, Channel, Side, TandemQuestion, TandemState
from shared.kernel.ids import new_id
from tests.mail_scenes import (
    ADDRESS,
    CONTACT_NAME,
    CONTACT_PHONE,
    MEETING_POINT,
    ORGANISATION,
    a_stage,
    about,
    assigned,
    calendar_of,
    html_of,
    issued,
    tandem_asked,
    tandem_over,
    text_of,
)
from tests.people_builders import NOON, set_clock

pytestmark = pytest.mark.integration

HANDED_OVER = {"receipt", "moved_up", "changed", "day_before"}
LATER = NOON + timedelta(hours=20)


@pytest.fixture
async def stage(district):
    set_clock(district, NOON)
    async with a_stage(district) as stage:
        yield stage


def counts(request_id, organisation_id, sequence=1):
    return RequestFilled(
        request_id=request_id,
        organisation_id=organisation_id,
        sequence=sequence,
        places=1,
        reserved=0,
        assigned=1,
        waitlisted=0,
        occurred_at=NOON,
    )


def near(request_id, organisation_id, **changes):
    values = {"sequence": 2, "looking": True, "not_after": LATER, "occurred_at": NOON}
    return RequestNear(
        request_id=request_id, organisation_id=organisation_id, **(values | changes)
    )


def changed(request_id, organisation_id, **changes):
    values = {"sequence": 2, "given_back": True, "looking": True, "occurred_at": NOON}
    return WhoComesChanged(
        request_id=request_id, organisation_id=organisation_id, **(values | changes)
    )


def a_series(owners):
    """A series of three dates."""
    starts = [NOON + timedelta(days=7 * week) for week in (1, 2, 3)]
    dates = tuple(Dated(starts_at=at, ends_at=at + timedelta(hours=1)) for at in starts)
    return owners.request(slots=dates), dates


def skipped(date):
    return SkippedDate(**date.model_dump(), linked_request_id=new_id())


def about_date(invitation, date, sequence=4):
    ids = {"assignment_id": new_id(), "linked_request_id": new_id(), "sequence": sequence}
    return about(invitation) | date.model_dump() | ids


def volunteers_story(owners):
    """One event for each mail to a volunteer, each about an invitation that stands as it says."""
    holding = {"answer": Answer.YES, "holds_place": True, "hand_over": True}
    whys = (
        Reason(code="speaks", details={"tags": "ar"}),
        Reason(code="near", details={"km": 4}),
        Reason(code="free_then"),
    )

    def place(**page):
        return about(owners.invitation(**page)) | {"assignment_id": new_id(), "sequence": 3}

    offered = owners.invitation(reasons=whys)
    later = owners.invitation(answer=Answer.LATER, deadline=LATER)
    waiting = owners.invitation(answer=Answer.YES, purpose="move_up")
    waiting = owners.now(waiting, answer=None, waiting_position=1, deadline=LATER)
    gone = owners.invitation(state="withdrawn", answer=Answer.LATER)
    lost = place(state="withdrawn")
    series, dates = a_series(owners)
    skipping = owners.invitation(request_id=series, **holding, skipped=[skipped(dates[1])])
    coming = owners.invitation(request_id=series, **holding)
    return {
        "offer": [issued(offered), issued(waiting, holdable=False)],
        "reminder": [InvitationReminded(**about(later), not_after=LATER)],
        "withdrawn": [InvitationWithdrawn(**about(gone), reason="request_stopped")],
        "reserved": [
            PlaceReserved(
                **about(owners.invitation(answer=Answer.YES, reserved=True)), decide_by=LATER
            )
        ],
        "reservation_declined": [
            ReservationDeclined(**about(owners.invitation()), reason="declined_by_coordinator")
        ],
        "waiting_list": [
            VolunteerWaitlisted(**about(owners.invitation(waiting_position=2)), position=3)
        ],
        "receipt": [assigned(owners.invitation(**holding))],
        "moved_up": [assigned(owners.invitation(**holding), moved_up=True)],
        "assignment_cancelled": [
            AssignmentCancelled(**place(answer=Answer.NO), reason="answered"),
            AssignmentCancelled(**lost, reason="released_by_coordinator"),
        ],
        "request_cancelled": [
            AssignmentCancelled(**place(state="withdrawn"), reason="request_cancelled")
        ],
        "changed": [
            AssignedAskedAgain(**about(owners.invitation(**holding)), version=2, sequence=5)
        ],
        "answer_too_late": [too_late(owners.invitation(state="withdrawn"))],
        "day_before": [
            AssignmentNear(
                **about(owners.invitation(**holding)), assignment_id=new_id(), not_after=LATER
            )
        ],
        "date_skipped": [DateSkipped(**about_date(skipping, dates[1]))],
        "date_unskipped": [DateUnskipped(**about_date(coming, dates[1]))],
        "confirm_address": [
            VolunteerRegistered(volunteer_id=owners.volunteer(), occurred_at=NOON),
            RegistrationRepeated(
                volunteer_id=owners.volunteer(), confirmed=False, occurred_at=NOON
            ),
        ],
        "already_registered": [
            RegistrationRepeated(volunteer_id=owners.volunteer(), occurred_at=NOON)
        ],
        "volunteer_link": [
            VolunteerLinkRequested(volunteer_id=owners.volunteer(), occurred_at=NOON)
        ],
    }


def too_late(invitation, code="matching.request_cancelled", **more):
    return AnswerCameTooLate(**about(invitation), code=code, **more)


def refused_late(request_id, organisation_id, deed="change", code="requests.started", **more):
    return RequestRefusedLate(
        request_id=request_id,
        organisation_id=organisation_id,
        deed=deed,
        code=code,
        occurred_at=NOON,
        **more,
    )


def organisations_story(owners):
    """One event for each mail to an organisation."""
    organisation_id = owners.organisation()
    request_id = owners.request(organisation_id)
    expired = owners.request(organisation_id, state="expired")
    soon, later = owners.request(organisation_id), owners.request(organisation_id)
    for one in (request_id, soon, later):
        owners.assigned[one] = (owners.volunteer("Omar"),)
    asked = {"organisation_id": organisation_id, "request_id": request_id, "occurred_at": NOON}
    who = {"organisation_id": organisation_id, "occurred_at": NOON}
    return {
        "organisation_received": [
            RequestReceived(**asked, sequence=1, in_review=True),
            RequestReceived(**asked, sequence=1, in_review=False),
        ],
        "organisation_who_comes": [counts(request_id, organisation_id)],
        "organisation_day_before": [near(soon, organisation_id)],
        "organisation_changed": [changed(later, organisation_id)],
        "organisation_nobody_yet": [CandidatesExhausted(**asked, free=2)],
        "organisation_expired": [
            RequestExpired(**(asked | {"request_id": expired}), sequence=9)
        ],
        "organisation_refused": [
            refused_late(expired, organisation_id),
            refused_late(new_id(), organisation_id, "post", "requests.slot_in_the_past"),
        ],
        "organisation_verified": [OrganisationVerified(**who, sequence=1)],
        "organisation_link": [OrganisationLinkRequested(**who)],
        "confirm_address": [
            OrganisationRegistered(**who),
            OrganisationRegistrationRepeated(**who, confirmed=False),
        ],
        "already_registered": [OrganisationRegistrationRepeated(**who)],
    }


def tandems_story(owners):
    """One event for each mail about a tandem."""
    check = {"what": TandemQuestion.CHECK_IN}
    asked = {
        "tandem_trial": tandem_asked(owners.tandem(), Side.VOLUNTEER),
        "tandem_check_in": tandem_asked(owners.tandem(), Side.VOLUNTEER, **check),
        "organisation_tandem_trial": tandem_asked(owners.tandem(), Side.ORGANISATION),
        "organisation_tandem_check_in": tandem_asked(
            owners.tandem(), Side.ORGANISATION, **check
        ),
    }
    over = tandem_over(owners.tandem(state=TandemState.ENDED))
    return {name: [event] for name, event in asked.items()} | {
        "tandem_ended": [over],
        "organisation_tandem_ended": [],
    }


async def sign_in(stage):
    """A staff member asks for a link, and asks twice."""
    staff_id = new_id()
    stage.owners.staff[staff_id] = StaffMail(
        found=True,
        display_name="Karin Beyer",
        email="karin@landkreis.example",
        sign_in_url="https://admin.example/sign-in/abc",
    )
    admin = await stage.district.asker("admin")
    wish = SendSignInLink(command_key=f"sign-in:{new_id()}", recipient_staff_id=staff_id)
    for _ in range(2):
        await admin.ask(wish)


async def test_every_event_becomes_its_mail_once_and_every_value_is_there(stage):
    volunteers, organisations = (
        volunteers_story(stage.owners),
        organisations_story(stage.owners),
    )
    stories = [*volunteers.items(), *organisations.items()]
    stories += tandems_story(stage.owners).items()
    wanted = [template for template, events in stories for _ in events]
    wanted.append("organisation_tandem_ended")  # of the same event as the volunteer's
    wanted.sort()
    events = [event for _, some in stories for event in some]

    await stage.happen(*events, times=2)
    await sign_in(stage)
    states = await stage.settled(len(wanted) + 1)

    assert states == [("sent", None)] * len(states)
    rows = await stage.rows()
    assert sorted(row["template"] for row in rows) == sorted([*wanted, "sign_in"])
    assert {row["template"] for row in rows} == set(template_names())
    assert {type(event) for event in events} == events_that_ask_for_mails()
    assert len(stage.smtp.accepted) == len(rows)
    for row in rows:
        (arrived,) = stage.arrived(row["message_id"])
        check_mail(row, arrived)


def events_that_ask_for_mails():
    read = {
        contract
        for contract in CATALOGUE.values()
        if issubclass(contract, Event) and Service.NOTIFICATIONS in contract.readers
    }
    return read - {VolunteerErased, OrganisationErased}


def check_mail(row, arrived):
    mail, template = arrived.message, row["template"]
    text, html = text_of(mail), html_of(mail)
    assert arrived.sender == "post@bruecke.example"
    assert mail["Message-ID"] == row["message_id"]
    assert mail["Message-ID"] == f"<{row['email_id']}@bruecke.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert arrived.recipient == mail["To"].addresses[0].addr_spec
    thread = row["request_id"] and f"<request.{row['request_id']}@bruecke.example>"
    assert mail["References"] == mail["In-Reply-To"] == thread
    asks = template in {"offer", "reminder"} and "Platz frei" not in mail["Subject"]
    assert (mail["List-Unsubscribe"] is not None) == asks
    assert (mail["List-Unsubscribe-Post"] is not None) == asks
    links = set(re.findall(r"https://[^\s\"<>]+", text))
    assert links <= set(re.findall(r"https://[^\s\"<>]+", html))
    assert "None" not in text
    told = ADDRESS in text and CONTACT_NAME in text and CONTACT_PHONE in text
    assert told == (template in HANDED_OVER)
    check_calendar(template, calendar_of(mail))


def check_calendar(template, calendar):
    if template in {"assignment_cancelled", "request_cancelled", "date_skipped"}:
        assert "METHOD:CANCEL" in calendar
        assert "STATUS:CANCELLED" in calendar
    elif template == "tandem_ended":
        assert "METHOD:CANCEL" in calendar
    elif template in {"receipt", "moved_up", "changed", "date_unskipped"}:
        assert "METHOD:PUBLISH" in calendar
        assert "LOCATION:" + ADDRESS.replace(",", "\\,") in calendar
    else:
        assert calendar is None


async def test_an_offer_says_what_is_asked_and_why_and_hands_nothing_over(stage):
    invitation = stage.owners.invitation(
        reasons=(Reason(code="speaks", details={"tags": "ar"}),),
        clashes=(Dated(starts_at=NOON + timedelta(days=9), ends_at=NOON + timedelta(days=10)),),
        confirmed_by_coordinator=True,
    )
    await stage.happen(issued(invitation))
    text = text_of(await stage.mail("offer"))

    assert "Guten Tag Amal," in text
    assert "Sprachcafé begleiten" in text
    assert f"Für: {ORGANISATION}" in text
    assert "Sprachen: Arabisch" in text
    assert "Sie sprechen Arabisch." in text
    assert "Bitte antworten Sie bis Dienstag, 24. November 2026, 12:00 Uhr." in text
    assert "Ihren Vornamen und Ihre Telefonnummer" in text
    assert "https://bruecke.example/a/" in text
    assert "https://bruecke.example/u/" in text
    assert MEETING_POINT not in text
    assert "contact" not in stage.owners.asked


async def test_the_deadline_in_an_offer_is_the_one_that_matching_counts(stage):
    invitation = stage.owners.invitation(deadline=NOON + timedelta(hours=30))
    await stage.happen(issued(invitation, answer_by=NOON + timedelta(hours=24)))

    assert "bis Dienstag, 24. November 2026, 18:00 Uhr" in text_of(await stage.mail("offer"))


async def test_who_moves_up_at_short_notice_is_asked_for_the_place_and_not_for_the_request(
    stage,
):
    invitation = stage.owners.invitation(
        purpose="move_up", waiting_position=1, deadline=NOON + timedelta(hours=2)
    )
    await stage.happen(issued(invitation, holdable=False))
    mail = await stage.mail("offer")

    assert mail["Subject"].startswith("Platz frei:")
    assert "Möchten Sie ihn noch?" in text_of(mail)
    assert "14:00 Uhr" in text_of(mail)
    assert calendar_of(mail) is None
    assert [event["template"] for event in await stage.told("email_sent")] == ["offer"]


async def test_somebody_whom_no_coordinator_knows_gets_no_hand_over_data(stage):
    stranger = stage.owners.invitation(answer=Answer.YES, holds_place=True, hand_over=False)
    await stage.happen(assigned(stranger))
    mail = await stage.mail("receipt")

    for secret in (MEETING_POINT, CONTACT_NAME, CONTACT_PHONE):
        assert secret not in text_of(mail)
        assert secret not in html_of(mail)
        assert secret not in calendar_of(mail)
    assert "kurz kennenlernen" in text_of(mail)
    assert "contact" not in stage.owners.asked
    assert await stage.district.sql("SELECT 1 FROM notifications.disclosures") == []


async def test_an_organisation_learns_who_comes_and_only_what_each_one_shares(stage):
    owners = stage.owners
    omar, lena, amal = owners.volunteer("Omar"), owners.volunteer("Lena"), owners.volunteer()
    owners.shared[lena] = ContactShown(found=True, first_name="Lena", email="lena@example.org")
    owners.shared[amal] = ContactShown(found=True, first_name="Amal")
    organisation_id = owners.organisation()
    request_id = owners.request(organisation_id, places=3)
    owners.assigned[request_id] = (omar, lena, amal, new_id())
    await stage.happen(counts(request_id, organisation_id))
    text = text_of(await stage.mail("organisation_who_comes"))

    assert "Alle Plätze sind besetzt" in text
    assert "- Omar, Telefon: 0151 000000" in text
    assert "- Lena, Mail: lena@example.org" in text
    assert "- Amal, zu erreichen über uns" in text
    rows = await stage.district.sql("SELECT volunteer_id, what FROM notifications.disclosures")
    assert {(row["volunteer_id"], row["what"]) for row in rows} == {
        (omar, "phone"),
        (lena, "email"),
        (amal, "first_name"),
    }


async def test_the_day_before_the_organisation_reads_who_comes_and_what_is_free(stage):
    owners = stage.owners
    omar, organisation_id = owners.volunteer("Omar"), owners.organisation()
    request_id = owners.request(organisation_id, places=3)
    owners.assigned[request_id] = (omar,)
    await stage.happen(near(request_id, organisation_id))
    mail = await stage.mail("organisation_day_before")

    text = text_of(mail)
    assert mail["Subject"].startswith("Ihr Termin, wer kommt:")
    assert "1 von 3 Plätzen ist besetzt" in text
    assert "- Omar, Telefon: 0151 000000" in text
    assert "Noch sind 2 Plätze frei. Wir suchen bis zum Beginn weiter." in text
    assert f"/requests/{request_id}" in text
    (row,) = await stage.district.sql(
        "SELECT volunteer_id, what FROM notifications.disclosures"
    )
    assert (row["volunteer_id"], row["what"]) == (omar, "phone")


async def test_a_day_before_on_which_nobody_comes_any_more_is_no_mail(stage):
    organisation_id = stage.owners.organisation()
    await stage.happen(near(stage.owners.request(organisation_id), organisation_id))

    assert await stage.settled(1) == [("cancelled", "stale")]


async def test_the_organisation_hears_that_somebody_cancelled_and_how_it_stands(stage):
    owners = stage.owners
    organisation_id = owners.organisation()
    request_id = owners.request(organisation_id, places=2)
    owners.assigned[request_id] = (owners.volunteer("Omar"),)
    await stage.happen(changed(request_id, organisation_id))
    mail = await stage.mail("organisation_changed")

    assert mail["Subject"].startswith("Jemand hat abgesagt:")
    text = text_of(mail)
    assert "leider hat jemand abgesagt. Jetzt ist 1 von 2 Plätzen besetzt." in text
    assert "Wir suchen weiter und melden uns bei Ihnen." in text
    assert "- Omar, Telefon" in text
    owners.assigned[request_id] = ()
    await stage.happen(changed(request_id, organisation_id, sequence=3, looking=False))
    await stage.settled(2)
    text = text_of(await stage.mail("organisation_changed"))
    assert "Im Moment ist kein Platz besetzt." in text
    assert "Wir suchen weiter" not in text
    assert "Es kommen" not in text


async def test_where_nobody_is_left_to_ask_the_organisation_reads_who_comes_by_first_name(
    stage,
):
    owners = stage.owners
    organisation_id, omar = owners.organisation(), owners.volunteer("Omar")
    request_id = owners.request(organisation_id, places=3)
    owners.assigned[request_id] = (omar,)
    about_it = {"request_id": request_id, "organisation_id": organisation_id}
    await stage.happen(CandidatesExhausted(**about_it, free=2, occurred_at=NOON))
    mail = await stage.mail("organisation_nobody_yet")

    assert mail["Subject"].startswith("Noch 2 Plätze frei:")
    assert "1 von 3 Plätzen ist besetzt." in text_of(mail)
    assert "alle gefragt" not in text_of(mail), "some may be spared, or nobody fits at all"
    assert "Es kommen: Omar " in text_of(mail)
    assert "0151" not in text_of(mail) + html_of(mail)
    (row,) = await stage.district.sql(
        "SELECT volunteer_id, what FROM notifications.disclosures"
    )
    assert (row["volunteer_id"], row["what"]) == (omar, "first_name")


@pytest.mark.parametrize("received_first", [True, False])
async def test_where_nobody_could_be_asked_no_mail_says_that_somebody_was(
    stage, received_first
):
    organisation_id = stage.owners.organisation()
    request_id = stage.owners.request(organisation_id, places=2)
    about_it = {"request_id": request_id, "organisation_id": organisation_id}
    events = [
        RequestReceived(**about_it, in_review=False, sequence=1, occurred_at=NOON),
        CandidatesExhausted(**about_it, free=2, asked=False, occurred_at=NOON),
    ]
    events = events if received_first else events[::-1]
    await stage.happen(*events, *events)
    assert len(await stage.settled(2)) == 2
    received = text_of(await stage.mail("organisation_received"))
    nobody = text_of(await stage.mail("organisation_nobody_yet"))

    assert "Wir suchen jetzt Freiwillige" in received
    assert "Wir fragen" not in received
    assert "niemanden mehr" not in nobody
    assert "Gefragt haben wir deshalb noch niemanden. 2 Plätze sind frei." in nobody
    assert "Das hilft oft: ein anderer Tag" in nobody


async def test_the_entry_of_a_changed_date_is_newer_than_that_of_the_receipt(stage):
    invitation = stage.owners.invitation(answer=Answer.YES, holds_place=True, hand_over=True)
    await stage.happen(assigned(invitation, sequence=7))
    booked = calendar_of(await stage.mail("receipt"))
    await stage.happen(AssignedAskedAgain(**about(invitation), version=2, sequence=9))
    moved = calendar_of(await stage.mail("changed"))

    uid = f"UID:{invitation.invitation_id}.0@bruecke.example"
    assert uid in booked
    assert uid in moved
    assert "SEQUENCE:7" in booked
    assert "SEQUENCE:9" in moved


async def test_each_hand_over_is_recorded(stage):
    invitation = stage.owners.invitation(answer=Answer.YES, holds_place=True, hand_over=True)
    await stage.happen(assigned(invitation))
    await stage.mail("receipt")

    (row,) = await stage.district.sql("SELECT * FROM notifications.disclosures")
    words = stage.owners.words[invitation.request_id]
    assert row["what"] == "hand_over"
    assert row["volunteer_id"] == invitation.volunteer_id
    assert row["organisation_id"] == words.organisation_id
    assert row["request_id"] == invitation.request_id


async def test_a_volunteer_can_be_told_to_whom_which_contact_was_given_and_when(stage):
    owners = stage.owners
    omar, lena, organisation_id = (
        owners.volunteer("Omar"),
        owners.volunteer("Lena"),
        owners.organisation(),
    )
    request_id = owners.request(organisation_id, places=2)
    owners.assigned[request_id] = (omar, lena)
    holds = owners.invitation(
        omar, request_id, answer=Answer.YES, holds_place=True, hand_over=True
    )
    await stage.happen(assigned(holds), counts(request_id, organisation_id))
    await stage.settled(2)
    portal = await stage.district.asker("portal")

    (told,) = (await portal.ask(DisclosuresOf(volunteer_id=omar))).disclosures

    # That Omar was told whom to meet is nothing that was given of him.
    assert (told.organisation_id, told.request_id, told.what) == (
        organisation_id,
        request_id,
        "phone",
    )
    assert told.disclosed_at >= NOON
    assert (await portal.ask(DisclosuresOf(volunteer_id=new_id()))).disclosures == ()


async def test_the_calendar_knows_the_newer_entry_by_the_events_and_not_by_their_arrival(stage):
    invitation = stage.owners.invitation(answer=Answer.YES, holds_place=True, hand_over=True)
    await stage.happen(assigned(invitation, sequence=7))
    booked = calendar_of(await stage.mail("receipt"))
    stage.owners.now(invitation, holds_place=False, answer=Answer.NO)
    await stage.happen(
        AssignmentCancelled(
            **about(invitation), assignment_id=new_id(), reason="answered", sequence=8
        )
    )
    struck = calendar_of(await stage.mail("assignment_cancelled"))

    uid = f"UID:{invitation.invitation_id}.0@bruecke.example"
    assert uid in booked
    assert uid in struck
    assert "SEQUENCE:7" in booked
    assert "SEQUENCE:8" in struck


async def test_a_series_has_an_entry_for_each_date(stage):
    request_id, _ = a_series(stage.owners)
    invitation = stage.owners.invitation(
        request_id=request_id, answer=Answer.YES, holds_place=True, hand_over=True
    )
    await stage.happen(assigned(invitation))

    assert calendar_of(await stage.mail("receipt")).count("BEGIN:VEVENT") == 3


def entries_of(calendar):
    """UID, sequence, state and start of each entry of a calendar file."""
    return [
        (str(one["UID"]), one["SEQUENCE"], str(one["STATUS"]), one["DTSTART"].dt)
        for one in Calendar.from_ical(calendar).walk("VEVENT")
    ]


async def test_a_skipped_date_leaves_the_calendar_and_comes_back_under_the_same_uid(stage):
    request_id, dates = a_series(stage.owners)
    invitation = stage.owners.invitation(
        request_id=request_id, answer=Answer.YES, holds_place=True, hand_over=True
    )
    await stage.happen(assigned(invitation, sequence=3))
    booked = entries_of(calendar_of(await stage.mail("receipt")))
    stage.owners.now(invitation, skipped=(skipped(dates[1]),))
    await stage.happen(DateSkipped(**about_date(invitation, dates[1], sequence=4)))
    mail = await stage.mail("date_skipped")
    struck = entries_of(calendar_of(mail))
    await stage.happen(
        AssignedAskedAgain(**about(invitation), version=2, sequence=5),
    )
    changed = entries_of(calendar_of(await stage.mail("changed")))
    stage.owners.now(invitation, skipped=())
    await stage.happen(DateUnskipped(**about_date(invitation, dates[1], sequence=6)))
    again = entries_of(calendar_of(await stage.mail("date_unskipped")))

    uids = [f"{invitation.invitation_id}.{number}@bruecke.example" for number in range(3)]
    starts = [date.starts_at for date in dates]
    assert booked == [(uids[n], 3, "CONFIRMED", starts[n]) for n in range(3)]
    assert struck == [(uids[1], 4, "CANCELLED", starts[1])]
    assert changed == [(uids[n], 5, "CONFIRMED", starts[n]) for n in (0, 2)]
    assert again == [(uids[1], 6, "CONFIRMED", starts[1])]
    assert re.match(r"Sie setzen aus: \S+ \S+ \d\d:\d\d, Sprache", mail["Subject"])
    assert "Ihr Platz bleibt Ihnen" in text_of(mail)


async def test_the_day_before_names_the_dates_to_which_somebody_comes(stage):
    request_id, dates = a_series(stage.owners)
    invitation = stage.owners.invitation(
        request_id=request_id,
        answer=Answer.YES,
        holds_place=True,
        hand_over=True,
        skipped=(skipped(dates[0]),),
    )
    await stage.happen(
        AssignmentNear(
            **about(invitation), assignment_id=new_id(), not_after=dates[1].starts_at
        )
    )
    text = text_of(await stage.mail("day_before"))

    assert "30. November 2026" not in text
    assert "7. Dezember 2026" in text


@pytest.mark.parametrize("kind", [DateSkipped, DateUnskipped])
async def test_a_mail_about_a_date_that_stands_otherwise_by_now_is_not_sent(stage, kind):
    request_id, dates = a_series(stage.owners)
    invitation = stage.owners.invitation(
        request_id=request_id,
        answer=Answer.YES,
        holds_place=True,
        skipped=() if kind is DateSkipped else (skipped(dates[1]),),
    )
    await stage.happen(kind(**about_date(invitation, dates[1])))

    assert await stage.settled(1) == [("cancelled", "stale")]


async def test_a_place_whose_municipality_is_not_certain_is_named_after_the_district(stage):
    request_id = stage.owners.request(municipality=None)
    await stage.happen(issued(stage.owners.invitation(request_id=request_id)))
    mail = await stage.mail("offer")

    assert "Altenburger Land" in mail["Subject"]
    assert "Wo: Altenburger Land" in text_of(mail)


async def test_all_words_of_a_mail_to_a_volunteer_are_in_their_language(stage):
    arabic = stage.owners.volunteer(locale="ar")
    english = stage.owners.volunteer(locale="en-GB")
    welsh = stage.owners.volunteer(locale="cy")
    request_id = stage.owners.request()
    await stage.happen(
        *(
            issued(stage.owners.invitation(one, request_id=request_id))
            for one in (arabic, english, welsh)
        )
    )
    await stage.settled(3)
    mails = {mail.recipient: mail.message for mail in stage.smtp.accepted}

    asked = mails[stage.owners.volunteers[arabic].email]
    assert asked["Content-Language"] == "ar"
    assert re.fullmatch(r"طلب: \S+ 2 ديسمبر 12:00، اللغة، Gößnitz", asked["Subject"])
    for words in ("المجال: اللغة", "اللغات: العربية", "الاثنين 09:00–12:00"):
        assert words in text_of(asked)
    assert not re.search("Telefon|Bitte|Bereich|Uhr", text_of(asked))
    assert 'dir="rtl"' in html_of(asked)
    assert "Languages: Arabic" in text_of(mails[stage.owners.volunteers[english].email])
    assert "Sprachen: Arabisch" in text_of(mails[stage.owners.volunteers[welsh].email])


@pytest.mark.parametrize(
    ("locale", "asked_for"),
    [("ar", "?lang=ar"), ("de-simple", "?lang=de-simple"), ("en-GB", "?lang=en"), ("de", "")],
)
async def test_the_pages_behind_a_mail_speak_its_language(stage, locale, asked_for):
    reader = stage.owners.volunteer(locale=locale)
    await stage.happen(issued(stage.owners.invitation(reader)))
    mail = await stage.mail("offer")

    links = re.findall(r"https://bruecke\.example/[au]/(\S+)", text_of(mail))
    assert len(links) == 2
    assert [link.partition("?")[1] + link.partition("?")[2] for link in links] == [
        asked_for
    ] * 2
    assert f"{links[1]}>" in mail["List-Unsubscribe"]


async def test_all_words_of_a_mail_to_an_organisation_are_german_where_its_language_lacks_some(
    stage,
):
    contact = stage.owners.organisation(locale="ar")
    request_id = stage.owners.request(contact)
    await stage.happen(
        RequestReceived(
            request_id=request_id,
            organisation_id=contact,
            in_review=False,
            sequence=1,
            occurred_at=NOON,
        )
    )
    mail = await stage.mail("organisation_received")

    assert mail["Content-Language"] == "de"
    for words in ("Bereich: Sprache", "Uhr", "Mo 09:00–12:00"):
        assert words in text_of(mail)


async def test_who_was_to_come_hears_of_the_end_of_an_organisation_that_is_gone(stage):
    owners = stage.owners
    invitation = owners.invitation(state="withdrawn", answer=Answer.YES)
    del owners.words[invitation.request_id]
    await stage.happen(
        AssignmentCancelled(
            **about(invitation), assignment_id=new_id(), reason="request_cancelled", sequence=4
        )
    )
    mail = await stage.mail("request_cancelled")

    assert mail["Subject"] == "Fällt aus: Mi. 2.12. 12:00"
    assert "Bitte gehen Sie nicht hin." in text_of(mail)
    assert "METHOD:CANCEL" in calendar_of(mail)


async def test_who_is_asked_by_telephone_gets_no_offer_and_a_receipt_by_mail(stage):
    invitation = stage.owners.invitation(answer=Answer.YES, holds_place=True, hand_over=True)
    await stage.happen(issued(invitation, channel=Channel.PHONE), assigned(invitation))
    await stage.mail("receipt")

    assert [row["template"] for row in await stage.rows()] == ["receipt"]


async def test_who_gave_no_address_is_no_failure(stage):
    nobody = stage.owners.volunteer(email=None)
    invitation = stage.owners.invitation(nobody, answer=Answer.YES, holds_place=True)
    await stage.happen(assigned(invitation))

    assert await stage.settled(1) == [("cancelled", "stale")]
    assert await stage.told("email_failed") == []


async def test_an_answer_that_came_too_late_says_why_and_what_can_be_done(stage):
    request_id = stage.owners.request(state="cancelled")
    over, changed = (stage.owners.invitation(request_id=request_id) for _ in range(2))
    await stage.happen(too_late(over, "matching.task_over"))
    over = text_of(await stage.mail("answer_too_late"))
    await stage.happen(too_late(changed, "matching.request_changed"))
    changed = text_of(await stage.mail("answer_too_late"))

    assert "Das lag an uns, nicht an Ihnen." in over
    assert "Die Aufgabe war da schon vorbei. Sie müssen nichts tun." in over
    assert "Sprachcafé begleiten" in over
    assert "antworten Sie noch einmal" in " ".join(changed.split())
    assert "Ansehen und antworten:" in changed


async def test_an_answer_that_came_after_a_stop_was_not_too_late(stage):
    """What went on without this question is said: it may still go on, or it was called off since."""
    for state, words in (
        ("open", "Wir haben die Suche inzwischen angehalten und fragen niemanden mehr."),
        ("cancelled", "Die Anfrage gilt inzwischen nicht mehr. Sie müssen nichts tun."),
    ):
        request_id = stage.owners.request(state=state)
        invitation = stage.owners.invitation(request_id=request_id, state="withdrawn")
        await stage.happen(too_late(invitation, "matching.invitation_stopped"))
        said = " ".join(text_of(await stage.mail("answer_too_late")).split())

        assert words in said
        assert ("fragen wir Sie vielleicht noch einmal" in said) == (state == "open")


async def test_a_mail_of_a_withdrawn_question_fits_what_became_of_the_request(stage):
    """Only stopped it may go on; called off meanwhile, or without this one person, it does not."""
    for state, reason, subject, words in (
        ("open", "request_stopped", "Vorerst erledigt: ", "fragen wir Sie vielleicht noch"),
        ("cancelled", "request_stopped", "Erledigt: ", "Diese Anfrage gilt nicht mehr."),
        ("cancelled", "request_cancelled", "Erledigt: ", "Diese Anfrage gilt nicht mehr."),
        ("open", "withdrawn_by_coordinator", "Erledigt: ", "Diese Anfrage gilt nicht mehr."),
    ):
        request_id = stage.owners.request(state=state)
        asked = {"request_id": request_id, "state": "withdrawn", "answer": Answer.LATER}
        invitation = stage.owners.invitation(**asked)
        await stage.happen(InvitationWithdrawn(**about(invitation), reason=reason))

        mail = await stage.mail("withdrawn")
        said = " ".join(text_of(mail).split())

        assert mail["Subject"].startswith(subject)
        assert words in said
        assert ("gilt nicht mehr" in said) == (subject == "Erledigt: ")


async def test_who_waited_for_a_place_is_thanked_for_the_yes_when_the_request_ends(stage):
    for waited, words in (
        (True, "Sie hatten Ja gesagt und auf einen Platz gewartet. Vielen Dank dafür!"),
        (False, "wir hatten Sie gefragt, ob Sie helfen können."),
    ):
        request_id = stage.owners.request(state="cancelled")
        invitation = stage.owners.invitation(
            request_id=request_id, state="withdrawn", answer=Answer.YES
        )
        called_off = {"reason": "request_cancelled", "waited": waited}
        await stage.happen(InvitationWithdrawn(**about(invitation), **called_off))
        mail = await stage.mail("withdrawn")
        said = " ".join(text_of(mail).split())

        assert words in said
        assert ("wir hatten Sie gefragt" in said) is not waited
        assert "Diese Anfrage gilt nicht mehr. Sie müssen nichts tun." in said


async def test_who_hears_after_the_answer_that_it_was_cancelled_is_not_told_again(stage):
    invitation = stage.owners.invitation(state="withdrawn", answer=Answer.LATER)
    stopped = "matching.invitation_withdrawn"
    await stage.happen(InvitationWithdrawn(**about(invitation), reason="request_cancelled"))
    await stage.mail("withdrawn")

    for answered_at in (NOON - timedelta(minutes=1), NOON + timedelta(hours=1), None):
        await stage.happen(too_late(invitation, stopped, answered_at=answered_at))
    await stage.happen(
        too_late(invitation, "matching.task_over", answered_at=NOON - timedelta(minutes=1))
    )
    await stage.settled(5)

    assert [state for state, _ in await stage.states("answer_too_late")] == [
        "cancelled",  # the mail "withdrawn" came after this answer
        "sent",
        "sent",
        "sent",
    ]


async def test_an_organisation_learns_what_was_not_taken_and_where_to_post_it_again(stage):
    ours = stage.owners.organisation()
    wanted = NOON + timedelta(days=2)
    await stage.happen(
        refused_late(new_id(), ours, "post", "requests.slot_in_the_past", starts_at=wanted)
    )
    mail = await stage.mail("organisation_refused")
    text = " ".join(text_of(mail).split())

    assert mail["Subject"] == "Nicht möglich: Ihre neue Anfrage"
    assert "Der Grund: Ein Termin war da schon vorbei." in text
    assert "Erster Termin: Mittwoch, 25. November 2026" in text
    assert re.search(r"https://bruecke\.example/organisation/[^/ ]+/new", text)


async def test_nothing_of_another_organisations_request_is_told(stage):
    request_id = stage.owners.request()
    await stage.happen(
        refused_late(request_id, stage.owners.organisation(), "cancel", "requests.unknown")
    )
    mail = await stage.mail("organisation_refused")

    assert "Diese Anfrage gibt es bei uns nicht." in text_of(mail)
    for part in (mail["Subject"], text_of(mail), html_of(mail)):
        assert "Sprachcafé" not in part
        assert "BR-2026-0042" not in part
        assert str(request_id) not in part
