"""The life of one email: what each report makes of it."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from services.notifications.domain.email import (
    Effect,
    Email,
    State,
    queue,
)
from services.notifications.domain.outcome import (
    Deferred,
    Failed,
    Outcome,
    Phase,
    Reply,
    Sent,
    Unknown,
)
from services.notifications.domain.recipient import Recipient, RecipientKind
from services.notifications.domain.refusals import LeaseLost, NotDue
from services.notifications.domain.retries import DELAYS, GIVE_UP_AFTER, retry_delay

NOW = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
LEASE = timedelta(minutes=2)
OK = Sent(Reply(250, "2.0.0"))


def an_email(template: str = "receipt", not_after: datetime | None = None, *, urgent=False):
    return queue(
        id=UUID(int=7),
        dedup_key="event:recipient:receipt",
        mail_domain="bruecke.example",
        template=template,
        recipient=Recipient(RecipientKind.VOLUNTEER, UUID(int=9)),
        due_at=NOW,
        not_after=not_after,
        urgent=urgent,
    )


def claimed(email: Email, at: datetime = NOW) -> Email:
    return email.claim(at, LEASE, domain_now=at).email


def in_data(email: Email, at: datetime = NOW) -> Email:
    sending = claimed(email, at)
    return sending.data_started(sending.attempt, at, LEASE)


class TestDelivery:
    def test_a_delivered_mail_is_sent_and_told(self):
        step = in_data(an_email()).report(1, OK, NOW, 0)
        assert step.email.state is State.SENT
        assert step.effects == (Effect.SENT,)

    def test_the_message_id_is_the_same_in_every_try(self):
        first = claimed(an_email())
        later = first.report(1, Deferred(Phase.CONNECT), NOW, 0).email
        again = claimed(later, NOW + timedelta(hours=1))
        assert again.message_id == first.message_id == f"<{UUID(int=7)}@bruecke.example>"
        assert again.attempt == 2

    def test_a_second_report_of_the_same_delivery_says_nothing_twice(self):
        sent = in_data(an_email()).report(1, OK, NOW, 0).email
        assert sent.report(1, OK, NOW, 0).effects == ()

    def test_a_mail_that_is_not_due_cannot_be_claimed(self):
        with pytest.raises(NotDue):
            claimed(an_email(), NOW - timedelta(seconds=1))
        with pytest.raises(NotDue):
            claimed(claimed(an_email()))

    @pytest.mark.parametrize(
        ("outcome", "state"),
        [
            (OK, State.SENT),
            (Deferred(Phase.CONNECT), State.DEFERRED),
            (Deferred(Phase.CONNECT, Reply(421)), State.DEFERRED),
            (Deferred(Phase.DATA, Reply(452, "4.3.1")), State.DEFERRED),
            (Failed(Phase.RCPT, Reply(550, "5.1.1")), State.FAILED),
            (Failed(Phase.DATA, Reply(554, "5.7.1")), State.FAILED),
            (Unknown(), State.UNKNOWN),
        ],
    )
    def test_each_outcome_has_its_state(self, outcome: Outcome, state: State):
        assert in_data(an_email()).report(1, outcome, NOW, 0).email.state is state

    def test_a_failure_keeps_the_code_alone(self):
        step = in_data(an_email()).report(1, Failed(Phase.RCPT, Reply(550, "5.1.1")), NOW, 0)
        assert step.email.last_code == "550 5.1.1"
        assert step.effects == (Effect.FAILED,)

    def test_a_server_that_does_not_know_us_fails_no_mail(self):
        for phase in (Phase.CONNECT, Phase.MAIL):
            step = claimed(an_email()).refused(1, Reply(535, "5.7.8"), phase, NOW, 0)
            assert step.email.state is State.DEFERRED


class TestRetries:
    def test_delays_grow_and_the_last_one_repeats(self):
        minutes = [retry_delay(n, None, 0) / timedelta(minutes=1) for n in range(1, 10)]
        assert minutes == [1, 5, 15, 30, 60, 120, 240, 240, 240]

    @pytest.mark.parametrize(
        "reply", [Reply(421), Reply(451), Reply(450), Reply(452, "4.7.1")], ids=str
    )
    def test_a_busy_or_greylisting_server_is_left_alone_for_five_minutes(self, reply: Reply):
        assert retry_delay(1, reply, 0) == timedelta(minutes=5)
        assert retry_delay(4, reply, 0) == DELAYS[3]

    def test_jitter_lengthens_by_a_fifth_at_most(self):
        assert retry_delay(1, None, 1) == timedelta(minutes=1.2)

    def test_after_four_days_of_trouble_the_mail_fails(self):
        email, now = an_email(), NOW
        while not email.settled:
            assert email.next_at is not None
            now = max(now, email.next_at)
            email = claimed(email, now)
            email = email.report(email.attempt, Deferred(Phase.CONNECT), now, 0.5).email
        assert email.state is State.FAILED
        assert GIVE_UP_AFTER - DELAYS[-1] * 2 < now - NOW <= GIVE_UP_AFTER
        assert email.attempt > 20

    def test_a_mail_whose_next_try_was_slept_through_is_still_tried(self):
        deferred = claimed(an_email()).report(1, Deferred(Phase.CONNECT), NOW, 0).email
        assert claimed(deferred, NOW + timedelta(days=9)).state is State.SENDING


class TestLease:
    def test_a_sender_that_died_before_data_costs_nothing(self):
        step = claimed(an_email()).lease_expired(NOW + LEASE)
        assert step.email.state is State.QUEUED
        assert step.email.next_at == NOW + LEASE

    def test_a_running_lease_is_left_alone(self):
        sending = claimed(an_email())
        assert sending.lease_expired(NOW + LEASE / 2).email == sending

    def test_data_is_not_entered_after_the_lease(self):
        sending = claimed(an_email())
        with pytest.raises(LeaseLost):
            sending.data_started(1, NOW + LEASE, LEASE)

    def test_data_is_not_entered_twice_in_one_try(self):
        with pytest.raises(LeaseLost):
            in_data(an_email()).data_started(1, NOW, LEASE)

    def test_data_is_not_entered_by_a_sender_that_was_replaced(self):
        requeued = claimed(an_email()).lease_expired(NOW + LEASE).email
        second = claimed(requeued, NOW + LEASE)
        with pytest.raises(LeaseLost):
            second.data_started(1, NOW + LEASE, LEASE)
        assert second.data_started(2, NOW + LEASE, LEASE).data_started_at == NOW + LEASE

    def test_data_is_not_entered_once_the_mail_is_cancelled(self):
        with pytest.raises(LeaseLost):
            claimed(an_email()).cancel().data_started(1, NOW, LEASE)

    def test_a_late_delivery_stops_the_resend(self):
        unknown = in_data(an_email()).lease_expired(NOW + LEASE).email
        assert unknown.next_at is not None
        resending = claimed(unknown, unknown.next_at)
        told = resending.delivered(1).email
        assert told.state is State.SENT
        with pytest.raises(LeaseLost):
            told.data_started(2, unknown.next_at, LEASE)


class TestBeforeAnythingWasSent:
    def test_a_try_that_is_put_back_does_not_count(self):
        until = NOW + timedelta(seconds=3)
        back = claimed(an_email()).postponed(1, until)
        assert (back.state, back.next_at, back.attempt) == (State.QUEUED, until, 0)

    def test_a_mail_without_a_reader_fails_with_our_own_code(self):
        step = claimed(an_email()).given_up(1, "gone")
        assert (step.email.state, step.email.last_code) == (State.FAILED, "gone")
        assert step.effects == (Effect.FAILED,)

    def test_only_the_sender_that_holds_the_try_can_do_either(self):
        second = claimed(claimed(an_email()).lease_expired(NOW + LEASE).email, NOW + LEASE)
        begun = in_data(an_email())
        for email in (second, begun):
            attempt = 1
            assert email.postponed(attempt, NOW) == email
            assert email.given_up(attempt, "gone").email == email


class TestUnknown:
    def test_a_receipt_is_sent_once_more_and_then_parked(self):
        first = in_data(an_email("receipt")).report(1, Unknown(), NOW, 0).email
        assert first.next_at is not None
        step = in_data(first, first.next_at).report(2, Unknown(), first.next_at, 0)
        assert step.email.parked
        assert step.effects == (Effect.PARKED,)

    def test_an_offer_is_parked_for_a_human_at_once(self):
        step = in_data(an_email("offer")).lease_expired(NOW + LEASE)
        assert step.email.parked
        assert step.effects == (Effect.PARKED,)

    def test_a_human_can_send_or_drop_a_parked_mail(self):
        parked = in_data(an_email("offer")).report(1, Unknown(), NOW, 0).email
        assert claimed(parked.resend(NOW)).state is State.SENDING
        assert parked.cancel().state is State.CANCELLED
        with pytest.raises(NotDue):
            an_email().resend(NOW)

    def test_a_late_refusal_settles_what_was_unknown(self):
        parked = in_data(an_email("offer")).lease_expired(NOW + LEASE).email
        refusal = Failed(Phase.DATA, Reply(554))
        assert parked.report(1, refusal, NOW, 0).email.state is State.FAILED


class TestTooLate:
    def test_an_offer_not_sent_in_time_is_never_asked(self):
        offer = an_email("offer", not_after=NOW + timedelta(hours=6))
        step = offer.claim(NOW, LEASE, domain_now=NOW + timedelta(hours=7))
        assert step.email.state is State.CANCELLED
        assert step.email.last_code == "not_sent"
        assert step.effects == (Effect.FAILED,)

    def test_a_deferred_offer_expires_without_waiting_for_its_next_try(self):
        offer = an_email("offer", not_after=NOW + timedelta(minutes=2))
        deferred = claimed(offer).report(1, Deferred(Phase.RCPT, Reply(450)), NOW, 0).email
        assert deferred.expired(NOW).email == deferred
        assert deferred.expired(NOW + timedelta(minutes=3)).effects == (Effect.FAILED,)

    def test_a_mail_that_may_have_arrived_is_not_called_unsent(self):
        receipt = an_email("receipt", not_after=NOW)
        unknown = in_data(receipt).report(1, Unknown(), NOW, 0).email
        step = unknown.expired(NOW + timedelta(days=1))
        assert step.email.parked
        assert step.effects == (Effect.PARKED,)

    def test_a_sending_mail_does_not_expire(self):
        sending = claimed(an_email("offer", not_after=NOW))
        assert sending.expired(NOW + timedelta(days=1)).email == sending


class TestCancel:
    def test_a_mail_in_data_is_not_called_back_but_not_tried_again(self):
        cancelled = in_data(an_email()).cancel()
        assert cancelled.state is State.SENDING
        busy = Deferred(Phase.DATA, Reply(452))
        assert cancelled.report(1, busy, NOW, 0).email.state is State.CANCELLED
        assert cancelled.report(1, Unknown(), NOW, 0).email.state is State.CANCELLED
        assert cancelled.report(1, OK, NOW, 0).email.state is State.SENT

    def test_the_end_is_the_end(self):
        sent = in_data(an_email()).report(1, OK, NOW, 0).email
        assert sent.cancel() == sent


class TestQuietHours:
    @pytest.mark.parametrize("template", ["offer", "reminder"])
    def test_offers_and_reminders_wait(self, template: str):
        until = NOW + timedelta(hours=10)
        assert an_email(template).held(until).next_at == until

    @pytest.mark.parametrize("template", ["receipt", "changed", "sign_in", "day_before"])
    def test_nothing_else_waits(self, template: str):
        assert an_email(template).held(NOW + timedelta(hours=10)).next_at == NOW

    def test_an_urgent_offer_does_not_wait(self):
        email = an_email("offer", urgent=True)
        assert email.held(NOW + timedelta(hours=10)) == email
