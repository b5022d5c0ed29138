"""What events do to mails that wait: once, in any order, and never to somebody who is gone."""

import asyncio
from datetime import timedelta
from itertools import permutations

import pytest

from shared.contracts.admin import StaffMail
from shared.contracts.matching import (
    AssignmentCancelled,
    InvitationReminded,
    InvitationWithdrawn,
    RequestFilled,
    RequestNear,
    WhoComesChanged,
)
from shared.contracts.network import OrganisationErased, OrganisationVerified
from shared.contracts.notifications import FindEmails, SendSignInLink
from shared.contracts.profiles import VolunteerErased, VolunteerRegistered
from shared.contracts.requests import RequestReceived
from shared.kernel.fields import Answer, Channel
from shared.kernel.ids import new_id
from shared.messaging.asking import WishRefused
from tests.mail_scenes import a_stage, about, assigned, issued, text_of
from tests.people_builders import NOON, everything_in, set_clock
from tests.scripted_smtp import Script

pytestmark = pytest.mark.integration

HOLDING = {"answer": Answer.YES, "holds_place": True, "hand_over": True}


@pytest.fixture
async def stage(district):
    set_clock(district, NOON)
    async with a_stage(district) as stage:
        yield stage


@pytest.fixture
async def one_by_one(district):
    """A single sender with a single connection."""
    set_clock(district, NOON)
    async with a_stage(district, mail_senders=1) as stage:
        yield stage


@pytest.fixture
async def waiting(district):
    """Mails are queued and, since nobody can be asked, none of them leaves."""
    set_clock(district, NOON)
    async with a_stage(district) as stage:
        await stage.owners.stop()
        yield stage


def withdrawn(invitation):
    return InvitationWithdrawn(**about(invitation), reason="request_cancelled")


def cancelled(invitation, sequence=2, reason="answered"):
    return AssignmentCancelled(
        **about(invitation), assignment_id=new_id(), reason=reason, sequence=sequence
    )


def filled(request_id, organisation_id, sequence):
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


async def goes_on(stage):
    await stage.owners.start()


async def test_an_offer_withdrawn_before_it_left_is_no_mail_at_all(waiting):
    invitation = waiting.owners.invitation()
    await waiting.happen(issued(invitation), times=2)
    waiting.owners.now(invitation, state="withdrawn")
    await waiting.happen(withdrawn(invitation), times=2)
    assert await waiting.states("offer") == [("cancelled", None)]

    await goes_on(waiting)
    await waiting.settled(2)

    assert waiting.smtp.accepted == []
    assert await waiting.states("withdrawn") == [("cancelled", "stale")]


async def test_a_withdrawal_that_overtakes_its_offer_is_no_mail_at_all(stage):
    invitation = stage.owners.invitation(state="withdrawn")
    await stage.happen(withdrawn(invitation))
    await stage.comes_to("withdrawn", "cancelled")
    await stage.happen(issued(invitation))
    await stage.comes_to("offer", "cancelled")

    assert stage.smtp.accepted == []
    (failed,) = await stage.told("email_failed")
    assert failed["template"] == "offer"
    assert failed["reason"] == "stale"
    assert failed["invitation_id"] == str(invitation.invitation_id)


async def test_who_got_an_offer_is_told_once_that_it_is_withdrawn(stage):
    invitation = stage.owners.invitation()
    await stage.happen(issued(invitation))
    await stage.mail("offer")
    stage.owners.now(invitation, state="withdrawn")
    await stage.happen(withdrawn(invitation), times=2)
    await stage.mail("withdrawn")

    assert len(stage.smtp.accepted) == 2


async def test_of_an_offer_that_was_dropped_before_it_was_handed_over_there_is_no_mail(stage):
    invitation, shown = stage.owners.invitation(), stage.owners.invitation()
    dropped = InvitationWithdrawn(**about(invitation), reason="rule_came_up", rule="paused")

    await stage.happen(dropped, issued(shown))

    await stage.mail("offer")
    assert {row["template"] for row in await stage.rows()} == {"offer"}


async def test_who_was_never_rung_is_not_told_that_it_is_withdrawn(stage):
    invitation = stage.owners.invitation()
    await stage.happen(issued(invitation, channel=Channel.PHONE))
    stage.owners.now(invitation, state="withdrawn")
    await stage.happen(withdrawn(invitation))

    assert await stage.settled(1) == [("cancelled", "stale")]


async def test_a_withdrawal_cancels_what_asks_and_nothing_else(waiting):
    invitation = waiting.owners.invitation(answer=Answer.LATER)
    await waiting.happen(
        cancelled(invitation),
        InvitationReminded(**about(invitation), not_after=NOON + timedelta(hours=9)),
    )
    waiting.owners.now(invitation, state="withdrawn")
    await waiting.happen(withdrawn(invitation))
    await goes_on(waiting)
    await waiting.settled(3)

    sent = {row["template"] for row in await waiting.rows() if row["state"] == "sent"}
    assert sent == {"assignment_cancelled", "withdrawn"}


async def test_a_receipt_of_a_place_given_back_since_is_not_sent(waiting):
    invitation = waiting.owners.invitation(**HOLDING)
    await waiting.happen(assigned(invitation, sequence=1))
    waiting.owners.now(invitation, holds_place=False, hand_over=False, answer=Answer.NO)
    await waiting.happen(cancelled(invitation, sequence=2))
    await goes_on(waiting)
    await waiting.settled(2)

    assert await waiting.states("receipt") == [("cancelled", "stale")]
    assert await waiting.states("assignment_cancelled") == [("sent", None)]
    assert await waiting.told("email_failed") == []


async def test_of_a_place_given_back_and_taken_again_only_the_last_word_is_sent(waiting):
    orders = list(permutations(range(3)))
    invitations = [waiting.owners.invitation(**HOLDING) for _ in orders]
    for step in range(3):
        for order, invitation in zip(orders, invitations, strict=True):
            course = [
                assigned(invitation, sequence=1),
                cancelled(invitation, sequence=2),
                assigned(invitation, sequence=3),
            ]
            await waiting.happen(course[order[step]])
    await goes_on(waiting)
    await waiting.settled(3 * len(orders))

    sent = [row for row in await waiting.rows() if row["state"] == "sent"]
    assert {(row["template"], row["sequence"]) for row in sent} == {("receipt", 3)}
    assert {row["invitation_id"] for row in sent} == {one.invitation_id for one in invitations}
    assert len(waiting.smtp.accepted) == len(sent) == len(orders)


async def test_the_same_people_are_told_once_and_the_newest_are_told(waiting):
    owners = waiting.owners
    organisation_id = owners.organisation()
    request_id = owners.request(organisation_id)
    owners.assigned[request_id] = (owners.volunteer("Omar"),)
    await waiting.happen(
        filled(request_id, organisation_id, sequence=4),
        filled(request_id, organisation_id, sequence=2),
        filled(request_id, organisation_id, sequence=4),
    )
    await goes_on(waiting)
    await waiting.settled(2)

    assert len(waiting.smtp.accepted) == 1
    assert "Omar" in text_of(waiting.smtp.accepted[0].message)


async def test_of_several_lists_of_who_comes_that_wait_only_the_newest_is_sent(waiting):
    owners = waiting.owners
    organisation_id = owners.organisation()
    requests = [owners.request(organisation_id, places=2) for _ in range(2)]
    for request_id in requests:
        owners.assigned[request_id] = (owners.volunteer("Omar"),)
    about_first, about_second = (
        {"request_id": one, "organisation_id": organisation_id, "occurred_at": NOON}
        for one in requests
    )
    await waiting.happen(
        WhoComesChanged(**about_first, sequence=5, given_back=True),
        filled(requests[0], organisation_id, sequence=4),
        WhoComesChanged(**about_first, sequence=6, given_back=False),
    )
    # The day before follows from time alone: its number is that of the last change.
    await waiting.happen(WhoComesChanged(**about_second, sequence=3, given_back=True))
    await waiting.happen(
        RequestNear(**about_second, sequence=3, not_after=NOON + timedelta(hours=20))
    )
    await goes_on(waiting)
    await waiting.settled(5)

    sent = {
        (row["request_id"], row["template"])
        for row in await waiting.rows()
        if row["state"] == "sent"
    }
    assert sent == {
        (requests[0], "organisation_changed"),
        (requests[1], "organisation_day_before"),
    }
    assert len(waiting.smtp.accepted) == 2


@pytest.mark.parametrize(
    ("page", "template"),
    [({"answer": Answer.NO}, "offer"), ({"free_places": 0}, "offer")],
    ids=["answered on the telephone", "filled since"],
)
async def test_an_offer_that_is_needless_by_now_counts_as_never_sent(waiting, page, template):
    invitation = waiting.owners.invitation()
    await waiting.happen(issued(invitation))
    waiting.owners.now(invitation, **page)
    await goes_on(waiting)
    await waiting.settled(1)

    assert waiting.smtp.accepted == []
    assert [event["template"] for event in await waiting.told("email_failed")] == [template]


@pytest.mark.parametrize("state", ["cancelled", "expired", "done"])
async def test_nothing_is_said_of_a_request_that_has_ended_but_that_it_ended(waiting, state):
    owners = waiting.owners
    organisation_id = owners.organisation()
    request_id = owners.request(organisation_id)
    invitation = owners.invitation(request_id=request_id, **HOLDING)
    received = RequestReceived(
        request_id=request_id,
        organisation_id=organisation_id,
        sequence=1,
        in_review=False,
        occurred_at=NOON,
    )
    await waiting.happen(received, assigned(invitation))
    owners.restate(request_id, state=state)
    await goes_on(waiting)

    assert await waiting.settled(2) == [("cancelled", "stale")] * 2
    assert waiting.smtp.accepted == []


async def test_a_wish_for_a_sign_in_link_is_one_mail_however_often_it_is_sent(stage):
    staff_id = new_id()
    stage.owners.staff[staff_id] = StaffMail(
        found=True, email="karin@landkreis.example", sign_in_url="https://admin.example/s/1"
    )
    admin = await stage.district.asker("admin")
    wish = SendSignInLink(command_key="k" * 200, recipient_staff_id=staff_id)
    await admin.ask(wish)
    await admin.ask(wish)
    with pytest.raises(WishRefused):
        await admin.ask(SendSignInLink(command_key="k" * 200, recipient_staff_id=new_id()))
    await stage.settled(1)

    assert "https://admin.example/s/1" in text_of(stage.smtp.accepted[0].message)


async def test_erasure_cancels_what_waits_and_leaves_only_a_random_id(one_by_one):
    stage = one_by_one
    stage.smtp.script(Script(rcpt=["250 ok", "250 ok", "450 4.7.1 greylisted"]))
    volunteer = stage.owners.volunteer()
    invitation = stage.owners.invitation(volunteer, **HOLDING)
    request_id = invitation.request_id
    organisation_id = stage.owners.words[request_id].organisation_id
    stage.owners.assigned[request_id] = (volunteer,)
    await stage.happen(assigned(invitation), filled(request_id, organisation_id, 1))
    await stage.settled(2)
    await stage.happen(VolunteerRegistered(volunteer_id=volunteer, occurred_at=NOON))
    await stage.comes_to("confirm_address", "deferred")
    await no_more_to_publish(stage)

    del stage.owners.volunteers[volunteer]
    erased = VolunteerErased(volunteer_id=volunteer, occurred_at=NOON)
    await stage.happen(erased, times=2)

    assert (await stage.comes_to("confirm_address", "cancelled"))["last_code"] == "450 4.7.1"
    await forgotten(stage, volunteer)
    (receipt,) = await stage.rows("receipt")
    sent = await stage.told("email_sent")
    (told,) = [event for event in sent if event["template"] == "receipt"]
    assert receipt["volunteer_id"] == receipt["person_id"] != volunteer
    assert told["email_id"] == str(receipt["email_id"])
    assert told["volunteer_id"] != str(volunteer)


async def test_what_comes_after_an_erasure_is_not_queued(stage):
    volunteer = stage.owners.volunteer()
    invitation = stage.owners.invitation(volunteer)
    await stage.happen(VolunteerErased(volunteer_id=volunteer, occurred_at=NOON))
    await stage.happen(issued(invitation), withdrawn(invitation), assigned(invitation))

    assert await stage.rows() == []
    await forgotten(stage, volunteer)


async def test_erasures_and_mails_at_once_leave_no_id_behind_and_never_block_each_other(stage):
    volunteers = [stage.owners.volunteer(f"V{number}") for number in range(12)]
    stage.smtp.script(Script(rcpt=["550 5.1.1 no such user", "250 ok"]))
    events = []
    for volunteer in volunteers:
        invitation = stage.owners.invitation(volunteer, **HOLDING)
        events += [
            VolunteerRegistered(volunteer_id=volunteer, occurred_at=NOON),
            assigned(invitation),
            VolunteerErased(volunteer_id=volunteer, occurred_at=NOON),
            issued(invitation),
            withdrawn(invitation),
        ]
    await stage.happen(*events)
    await asyncio.gather(*(forgotten(stage, volunteer) for volunteer in volunteers))

    (row,) = await stage.district.sql(
        "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
    )
    assert row["deadlocks"] == 0


async def test_an_organisation_that_an_import_brought_in_gets_no_welcome(stage):
    silent = OrganisationVerified(
        organisation_id=stage.owners.organisation(),
        sequence=1,
        announced=False,
        occurred_at=NOON,
    )
    await stage.happen(silent)
    assert await stage.rows() == []


async def test_an_organisation_that_is_gone_is_forgotten_too(stage):
    invitation = stage.owners.invitation(**HOLDING)
    organisation_id = stage.owners.words[invitation.request_id].organisation_id
    verified = OrganisationVerified(
        organisation_id=organisation_id, sequence=1, occurred_at=NOON
    )
    await stage.happen(verified, assigned(invitation))
    await stage.settled(2)
    await stage.happen(OrganisationErased(organisation_id=organisation_id, occurred_at=NOON))

    await forgotten(stage, organisation_id)
    assert len(await stage.district.sql("SELECT 1 FROM notifications.disclosures")) == 1


async def test_a_coordinator_finds_mails_by_state_and_request(stage):
    invitation = stage.owners.invitation(**HOLDING)
    nobody = new_id()
    await stage.happen(
        assigned(invitation), VolunteerRegistered(volunteer_id=nobody, occurred_at=NOON)
    )
    await stage.settled(2)
    admin = await stage.district.asker("admin")

    failed = await admin.ask(FindEmails(state="failed"))
    about_request = await admin.ask(FindEmails(request_id=invitation.request_id))

    assert [entry.last_code for entry in failed.entries] == ["gone"]
    assert failed.counts == {"failed": 1, "sent": 1}
    assert about_request.counts == {"sent": 1}
    (entry,) = about_request.entries
    assert entry.template == "receipt"
    assert entry.volunteer_id == invitation.volunteer_id
    assert entry.sent_at >= NOON


async def no_more_to_publish(stage):
    async def published():
        return not await stage.district.sql(
            "SELECT 1 FROM notifications.outbox WHERE published_at IS NULL"
        )

    await stage.district.until(published)


async def forgotten(stage, person_id):
    """Wait until nothing in the schema names the id."""

    async def nothing_left():
        return str(person_id) not in await everything_in(stage.district, "notifications")

    await stage.district.until(nothing_left)
