"""When mails leave, when they wait, and what becomes of those that cannot arrive."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from services.notifications.loops.quiet import quiet_hours_by_year
from services.notifications.main import create_app
from services.notifications.settings import NotificationsSettings
from shared.contracts.matching import AssignmentNear, InvitationReminded
from shared.contracts.messages import Service
from shared.contracts.network import OrganisationLinkRequested
from shared.contracts.profiles import VolunteerRegistered
from shared.district import load_district
from shared.kernel.clock import DomainClock
from shared.kernel.fields import Answer
from shared.kernel.ids import new_id
from shared.kernel.quiet_hours import QuietHoursUnclear
from tests.mail_scenes import a_stage, about, assigned, issued
from tests.people_builders import NOON, set_clock
from tests.scripted_smtp import DROP, Script

pytestmark = pytest.mark.integration

HOLDING = {"answer": Answer.YES, "holds_place": True, "hand_over": True}
EVENING = NOON + timedelta(hours=9)
NO_SUCH_USER = "550 5.1.1 no such user"


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


def at_speed(district, domain, speed):
    """Let the services that start from now on live faster."""
    real = datetime.now(UTC)  # noqa: TID251  the machine's time is the point
    district.clock = DomainClock(real, domain, speed).to_line()


def registered(stage, **changes):
    return VolunteerRegistered(volunteer_id=stage.owners.volunteer(**changes), occurred_at=NOON)


class TestQuietHours:
    async def test_they_hold_offers_and_reminders_and_nothing_else(self, district):
        set_clock(district, EVENING)
        async with a_stage(district) as stage:
            owners, tomorrow = stage.owners, EVENING + timedelta(hours=20)
            holding = owners.invitation(**HOLDING)
            near = about(holding) | {"assignment_id": new_id(), "not_after": tomorrow}
            later = owners.invitation(answer=Answer.LATER, deadline=tomorrow)
            await stage.happen(
                issued(owners.invitation(), not_after=tomorrow),
                InvitationReminded(**about(later), not_after=tomorrow),
                issued(owners.invitation(), not_after=tomorrow, holdable=False),
                assigned(holding),
                AssignmentNear(**near),
                registered(stage),
            )
            for template in ("receipt", "day_before", "confirm_address", "offer"):
                await stage.mail(template)
            await held(stage, 2)

            waiting = [row for row in await stage.rows() if row["state"] == "queued"]
            assert {row["template"] for row in waiting} == {"offer", "reminder"}
            # From 21:00 to 07:00 of the district's wall time, in machine time at speed 1.
            waits = [row["next_at"] - datetime.now(UTC) for row in waiting]  # noqa: TID251
            assert all(timedelta(hours=9.9) < wait < timedelta(hours=10) for wait in waits)
            assert len(stage.smtp.accepted) == 4

    async def test_what_they_hold_leaves_when_they_end_in_fast_time_too(self, district):
        async with a_stage(district, start=False) as stage:
            at_speed(district, EVENING, speed=3600)
            await stage.start()
            invitation = stage.owners.invitation()
            await stage.happen(issued(invitation, not_after=NOON + timedelta(days=5)))
            mail = await stage.mail("offer")

            opened = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
            assert mail["Date"].datetime >= opened
            assert mail["Date"].datetime.hour < 19

    async def test_a_copy_with_a_faster_clock_does_not_wait_for_the_slower_one(self, district):
        set_clock(district, EVENING)
        async with a_stage(district) as stage:
            invitation = stage.owners.invitation()
            await stage.happen(issued(invitation, not_after=NOON + timedelta(days=5)))
            await held(stage, 1)
            await stage.district.stop(stage.apps[0])

            at_speed(district, EVENING, speed=3600)
            await stage.start()
            await stage.mail("offer")

    async def test_an_offer_that_they_outlast_is_reported_when_it_is_too_late(self, district):
        async with a_stage(district, start=False) as stage:
            at_speed(district, EVENING, speed=3600)
            await stage.start()
            invitation = stage.owners.invitation()
            late = EVENING + timedelta(hours=4)
            await stage.happen(issued(invitation, not_after=late))
            await stage.comes_to("offer", "cancelled")

            (failed,) = await stage.told("email_failed")
            assert failed["reason"] == "not_sent"
            reported = datetime.fromisoformat(failed["occurred_at"])
            assert late < reported < datetime(2026, 11, 24, 6, 0, tzinfo=UTC)

    def test_holidays_are_known_in_whatever_year_domain_time_has_come_to(self):
        quiet_at = quiet_hours_by_year("holidays", load_district())
        for year in (2026, 2031, 2099):
            new_years_day = datetime(year, 1, 1, 10, tzinfo=UTC)
            assert quiet_at(new_years_day).quiet(new_years_day)
            eve = datetime(year, 12, 31, 22, 59, tzinfo=UTC)
            assert not quiet_at(eve).quiet(eve)
            assert quiet_at(eve).quiet(eve + timedelta(minutes=1))

    async def test_they_can_be_off_and_are_refused_where_nothing_could_be_sent(self, district):
        set_clock(district, EVENING)
        async with a_stage(district, quiet_hours="off") as stage:
            invitation = stage.owners.invitation()
            await stage.happen(issued(invitation, not_after=EVENING + timedelta(hours=1)))
            await stage.mail("offer")
        with pytest.raises(QuietHoursUnclear):
            create_app(
                district.settings(
                    NotificationsSettings, quiet_hours="mon,tue,wed,thu,fri,sat,sun"
                )
            )


class TestTooLate:
    async def test_an_offer_after_its_time_is_cancelled_and_reported(self, stage):
        invitation = stage.owners.invitation()
        await stage.happen(issued(invitation, not_after=NOON - timedelta(minutes=1)))
        row = await stage.comes_to("offer", "cancelled")

        assert row["last_code"] == "not_sent"
        (failed,) = await stage.told("email_failed")
        assert failed["email_id"] == str(row["email_id"])
        assert failed["invitation_id"] == str(invitation.invitation_id)
        assert failed["request_id"] == str(invitation.request_id)
        assert failed["volunteer_id"] == str(invitation.volunteer_id)
        assert (failed["template"], failed["reason"]) == ("offer", "not_sent")
        assert stage.smtp.accepted == []

    async def test_it_is_reported_long_before_the_next_try_would_come(self, district):
        async with a_stage(district, start=False) as stage:
            at_speed(district, NOON, speed=3600)
            await stage.start(mail_senders=1)
            stage.smtp.script(Script(rcpt="451 4.3.0 later"))
            invitation = stage.owners.invitation()
            await stage.happen(issued(invitation, not_after=NOON + timedelta(hours=6)))
            row = await stage.comes_to("offer", "cancelled")

            assert row["attempt"] == 1
            assert row["last_code"] == "not_sent"


class TestNobodyThere:
    async def test_a_recipient_who_is_gone_is_a_failure_that_is_told(self, stage):
        gone = VolunteerRegistered(volunteer_id=new_id(), occurred_at=NOON)
        lost = OrganisationLinkRequested(organisation_id=new_id(), occurred_at=NOON)
        await stage.happen(gone, lost)

        assert await stage.settled(2) == [("failed", "gone")] * 2
        assert {event["reason"] for event in await stage.told("email_failed")} == {"gone"}

    async def test_an_address_that_cannot_be_written_to_fails(self, stage):
        await stage.happen(registered(stage, email="amal@[not an address"))

        assert await stage.settled(1) == [("failed", "address_unusable")]
        assert await stage.told("address_suspended") == []

    async def test_an_address_that_does_not_exist_is_suspended_once(self, one_by_one):
        stage = one_by_one
        volunteer = stage.owners.volunteer()
        stage.smtp.script(Script(rcpt=[NO_SUCH_USER, "250 ok"]))
        event = VolunteerRegistered(volunteer_id=volunteer, occurred_at=NOON)
        await stage.happen(event)
        await stage.comes_to("confirm_address", "failed")
        invitation = stage.owners.invitation(volunteer, **HOLDING)
        await stage.happen(assigned(invitation), issued(stage.owners.invitation(volunteer)))
        await stage.settled(3)

        assert stage.smtp.accepted == []
        reasons = [event["reason"] for event in await stage.told("email_failed")]
        assert sorted(reasons) == ["refused", "suspended", "suspended"]
        (suspended,) = await stage.told("address_suspended")
        assert suspended["volunteer_id"] == str(volunteer)

    async def test_a_new_address_starts_with_a_clean_standing(self, one_by_one):
        stage = one_by_one
        volunteer = stage.owners.volunteer()
        stage.smtp.script(Script(rcpt=[NO_SUCH_USER, "250 ok"]))
        event = VolunteerRegistered(volunteer_id=volunteer, occurred_at=NOON)
        await stage.happen(event)
        await stage.comes_to("confirm_address", "failed")
        old = stage.owners.volunteers[volunteer]
        stage.owners.volunteers[volunteer] = old.model_copy(
            update={"email": "amal@new.example"}
        )
        await stage.happen(assigned(stage.owners.invitation(volunteer, **HOLDING)))
        await stage.mail("receipt")

        assert stage.smtp.accepted[0].recipient == "amal@new.example"

    async def test_no_address_is_kept_of_a_standing(self, one_by_one):
        stage = one_by_one
        stage.smtp.script(Script(rcpt=NO_SUCH_USER))
        event = registered(stage)
        await stage.happen(event)
        await stage.settled(1)

        (row,) = await stage.district.sql("SELECT standings::text FROM notifications.standings")
        assert stage.owners.volunteers[event.volunteer_id].email not in row[0]

    async def test_a_contact_whose_address_does_not_exist_is_no_volunteer(self, one_by_one):
        stage = one_by_one
        stage.smtp.script(Script(rcpt=NO_SUCH_USER))
        organisation_id = stage.owners.organisation()
        link = OrganisationLinkRequested(organisation_id=organisation_id, occurred_at=NOON)
        await stage.happen(link)

        assert await stage.settled(1) == [("failed", "550 5.1.1")]
        assert await stage.told("address_suspended") == []


class TestOwnersAway:
    async def test_a_mail_waits_for_its_owners_and_burns_no_tries(self, stage):
        owners = stage.owners
        invitation = owners.invitation(**HOLDING)
        await owners.stop(Service.MATCHING)
        await stage.happen(assigned(invitation), registered(stage))
        await stage.mail("confirm_address")
        await was_put_back(stage)
        (waiting,) = await stage.rows("receipt")
        assert waiting["attempt"] in {0, 1}
        assert waiting["last_code"] is None

        await owners.start(Service.MATCHING)
        await stage.mail("receipt")
        (sent,) = await stage.rows("receipt")
        assert sent["attempt"] == 1

    async def test_without_the_message_server_nothing_is_even_claimed(self, stage):
        await stage.owners.stop()
        stage.district.kill_nats()
        app = stage.apps[0]
        await stage.district.until(lambda: not app.asker.is_connected)
        waiting = await queue_by_hand(stage)
        for _ in range(2):  # Leases are looked at less often than what is due.
            await taken_back(stage, await queue_by_hand(stage, state="sending"))
        row = next(row for row in await stage.rows() if row["email_id"] == waiting)
        assert (row["state"], row["first_tried_at"]) == ("queued", None)
        assert row["next_at"] < row["created_at"]

        await asyncio.to_thread(stage.district.start_nats)
        await stage.owners.start(Service.PROFILES)
        assert await stage.settled(3) == [("failed", "gone")] * 3


class TestPoison:
    async def test_a_mail_that_cannot_be_written_stops_no_other_and_does_not_spin(self, stage):
        poisoned = stage.owners.invitation()
        stage.owners.broken.add(poisoned.request_id)
        await stage.happen(issued(poisoned), issued(stage.owners.invitation()))
        await stage.happen(registered(stage))
        await stage.mail("confirm_address")
        first = (await stage.rows("offer"))[0]
        await stage.comes_to("offer", "sent")

        assert (first["state"], first["last_code"]) == ("deferred", "UndefinedError")
        assert first["attempt"] == 1
        assert first["next_at"] - first["first_tried_at"] >= timedelta(minutes=1)

    async def test_after_days_it_fails_and_says_why(self, stage):
        poisoned = stage.owners.invitation(**HOLDING)
        stage.owners.broken.add(poisoned.request_id)
        await stage.happen(assigned(poisoned))
        await stage.comes_to("receipt", "deferred")
        await stage.district.sql(
            "UPDATE notifications.emails SET first_tried_at = now() - interval '5 days'"
        )
        await stage.time_passes()

        assert await stage.settled(1) == [("failed", "UndefinedError")]
        (failed,) = await stage.told("email_failed")
        assert failed["reason"] == "not_written"

    async def test_it_leaves_as_soon_as_it_can_be_written(self, stage):
        poisoned = stage.owners.invitation(**HOLDING)
        stage.owners.broken.add(poisoned.request_id)
        await stage.happen(assigned(poisoned))
        await stage.comes_to("receipt", "deferred")
        stage.owners.broken.clear()
        await stage.time_passes()
        await stage.mail("receipt")


class TestWhatIsTold:
    async def test_a_mail_that_left_is_told_with_all_its_ids_and_published(self, stage):
        invitation = stage.owners.invitation()
        await stage.happen(issued(invitation))
        await stage.mail("offer")
        (row,) = await stage.rows()
        (sent,) = await stage.told("email_sent")

        assert sent["email_id"] == str(row["email_id"])
        assert sent["template"] == "offer"
        for name in ("invitation_id", "request_id", "volunteer_id"):
            assert sent[name] == str(getattr(invitation, name))
        assert datetime.fromisoformat(sent["occurred_at"]) == row["sent_at"] >= NOON

    async def test_state_and_event_are_one_transaction(self, stage):
        await stage.district.sql(
            "ALTER TABLE notifications.outbox ADD CONSTRAINT refused CHECK (false) NOT VALID"
        )
        await stage.happen(registered(stage))
        await stage.smtp.until(lambda: stage.smtp.accepted)
        (row,) = await stage.rows()
        assert row["state"] == "sending"

        await stage.district.sql("ALTER TABLE notifications.outbox DROP CONSTRAINT refused")
        await stage.settled(1)
        assert len(stage.smtp.accepted) == 1
        assert len(await stage.told("email_sent")) == 1

    async def test_a_mail_dropped_in_data_is_parked_if_it_asks(self, one_by_one):
        stage = one_by_one
        stage.smtp.script(Script(final=DROP))
        await stage.happen(issued(stage.owners.invitation()))
        row = await stage.comes_to("offer", "unknown")

        assert row["next_at"] is None
        (failed,) = await stage.told("email_failed")
        assert failed["reason"] == "parked"


async def held(stage, count):
    """Wait until so many mails are held back."""

    async def so_many():
        rows = await stage.district.sql(
            "SELECT 1 FROM notifications.emails"
            " WHERE state = 'queued' AND attempt = 0 AND next_at > now() + interval '1 hour'"
        )
        return len(rows) == count

    await stage.district.until(so_many)


async def was_put_back(stage):
    """Wait until a mail was claimed, could not be written, and waits again."""

    async def waits():
        return await stage.district.sql(
            "SELECT 1 FROM notifications.emails WHERE state = 'queued' AND next_at > now()"
        )

    await stage.district.until(waits)


async def queue_by_hand(stage, state="queued"):
    """A mail that is due, as a handler queues it, or one whose sender has died."""
    email_id = new_id()
    await stage.district.sql(
        "INSERT INTO notifications.emails (email_id, dedup_key, message_id, template,"
        " recipient_kind, person_id, details, correlation_id, created_at, holdable, state,"
        " next_at, lease_until, attempt, resent, cancel_asked) VALUES ($1, $3, $3,"
        " 'confirm_address', 'volunteer', $2, '{}', 'x', now(), false, $4::text,"
        " CASE WHEN $4::text = 'queued' THEN now() - interval '1 s' END,"
        " CASE WHEN $4::text = 'sending' THEN now() - interval '1 s' END, 0, false, false)",
        email_id,
        new_id(),
        f"<{email_id}@bruecke.example>",
        state,
    )
    return email_id


async def taken_back(stage, email_id):
    """Wait until this mail was taken from its dead sender."""

    async def is_queued():
        rows = await stage.rows()
        return next(row for row in rows if row["email_id"] == email_id)["state"] == "queued"

    await stage.district.until(is_queued)
