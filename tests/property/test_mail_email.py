"""No path through an email's life loses it, doubles it, or runs for ever."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from services.notifications.domain.email import Email, State, queue
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
from services.notifications.domain.retries import MAX_ATTEMPTS

NOW = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
LEASE = timedelta(minutes=2)
TEMPLATES = st.sampled_from(["offer", "reminder", "receipt", "sign_in"])
JITTER = st.floats(0, 1)
SOFT = st.sampled_from([Reply(421), Reply(450), Reply(451, "4.7.1"), Reply(452, "4.2.2")])
HARD = st.sampled_from([Reply(550, "5.1.1"), Reply(554), Reply(535)])
BEFORE_DATA: st.SearchStrategy[Outcome] = st.one_of(
    st.builds(Deferred, st.sampled_from([Phase.CONNECT, Phase.MAIL]), st.none() | SOFT | HARD),
    st.builds(Deferred, st.just(Phase.RCPT), st.none() | SOFT),
    st.builds(Failed, st.just(Phase.RCPT), HARD),
)
IN_DATA: st.SearchStrategy[Outcome] = st.one_of(
    st.builds(Sent, st.just(Reply(250))),
    st.builds(Deferred, st.just(Phase.DATA), SOFT),
    st.builds(Failed, st.just(Phase.DATA), HARD),
    st.builds(Unknown),
)


def an_email(template: str, not_after: datetime | None = None) -> Email:
    return queue(
        id=UUID(int=7),
        dedup_key="key",
        mail_domain="bruecke.example",
        template=template,
        recipient=Recipient(RecipientKind.VOLUNTEER, UUID(int=9)),
        due_at=NOW,
        not_after=not_after,
    )


class EmailLife(RuleBasedStateMachine):
    """Senders that die, hang, come back late and repeat themselves, around one email."""

    @initialize(template=TEMPLATES, hours=st.none() | st.none() | st.integers(0, 48))
    def start(self, template: str, hours: int | None) -> None:
        not_after = None if hours is None else NOW + timedelta(hours=hours)
        self.email = an_email(template, not_after)
        self.now = NOW
        self.tries: set[int] = set()
        self.data: set[int] = set()
        self.reports: dict[int, Outcome] = {}
        self.human = 0
        self.doubtful = 0
        self.was_sent = False

    @rule(minutes=st.integers(0, 30))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule()
    def a_sender_claims(self) -> None:
        before = self.email
        if before.next_at is not None:
            self.now = max(self.now, before.next_at)
        try:
            self.email = before.claim(self.now, LEASE, domain_now=self.now).email
        except NotDue:
            return
        if self.email.state is State.SENDING:
            assert before.state in {State.QUEUED, State.DEFERRED, State.UNKNOWN}
            self.tries.add(self.email.attempt)

    @precondition(lambda self: self.email.state is State.SENDING)
    @rule()
    def the_sender_enters_data(self) -> None:
        self.enter_data(self.email.attempt)

    @precondition(lambda self: self.tries)
    @rule(data=st.data())
    def some_sender_wants_to_enter_data(self, data: st.DataObject) -> None:
        self.enter_data(
            data.draw(st.sampled_from(sorted(self.tries - self.reports.keys()) or [0]))
        )

    def enter_data(self, attempt: int) -> None:
        may_be_there = any(
            isinstance(self.reports.get(earlier, Unknown()), Unknown | Sent)
            for earlier in self.data
        )
        try:
            self.email = self.email.data_started(attempt, self.now, LEASE)
        except LeaseLost:
            return
        assert attempt not in self.data
        self.data.add(attempt)
        self.doubtful += may_be_there

    @precondition(lambda self: self.tries)
    @rule(data=st.data(), jitter=JITTER)
    def a_sender_reports(self, data: st.DataObject, jitter: float) -> None:
        attempt = data.draw(st.sampled_from(sorted(self.tries)))
        if attempt not in self.reports:
            kinds = IN_DATA if attempt in self.data else BEFORE_DATA
            self.reports[attempt] = data.draw(kinds)
        outcome = self.reports[attempt]
        before = self.email
        step = before.report(attempt, outcome, self.now, jitter)
        self.email = step.email
        if isinstance(outcome, Sent):
            assert self.email.state is State.SENT
        if isinstance(outcome, Unknown):
            assert self.email.state is not State.DEFERRED or before.state is State.DEFERRED
        assert len(step.effects) <= (self.email != before)

    @precondition(lambda self: self.tries - self.reports.keys())
    @rule(data=st.data(), minutes=st.integers(0, 5))
    def a_sender_puts_it_back(self, data: st.DataObject, minutes: int) -> None:
        attempt = data.draw(st.sampled_from(sorted(self.tries - self.reports.keys())))
        before = self.email
        self.email = before.postponed(attempt, self.now + timedelta(minutes=minutes))
        if self.email != before:
            self.tries.discard(attempt)

    @precondition(lambda self: self.email.lease_until is not None)
    @rule()
    def a_sender_dies(self) -> None:
        assert self.email.lease_until is not None
        self.now = max(self.now, self.email.lease_until)
        self.email = self.email.lease_expired(self.now).email

    @rule()
    def the_lease_is_looked_at(self) -> None:
        self.email = self.email.lease_expired(self.now).email

    @rule(hours=st.integers(0, 12))
    def quiet_hours_begin(self, hours: int) -> None:
        self.email = self.email.held(self.now + timedelta(hours=hours))

    @rule()
    def the_deadline_is_looked_at(self) -> None:
        self.email = self.email.expired(self.now).email

    @rule(earnest=st.sampled_from([False, False, False, True]))
    def it_is_cancelled(self, *, earnest: bool) -> None:
        if earnest:
            self.email = self.email.cancel()

    @precondition(lambda self: self.email.parked)
    @rule()
    def a_human_sends_it_again(self) -> None:
        self.email = self.email.resend(self.now)
        self.human += 1

    @invariant()
    def it_is_never_lost(self) -> None:
        email = self.email
        held_by = (
            email.settled,
            email.parked,
            email.next_at is not None,
            email.state is State.SENDING and email.lease_until is not None,
        )
        assert sum(held_by) == 1

    @invariant()
    def tries_are_bounded(self) -> None:
        assert self.email.attempt <= MAX_ATTEMPTS

    @invariant()
    def data_is_entered_in_doubt_once_at_most_without_a_human(self) -> None:
        automatic = 0 if self.email.template in {"offer", "reminder"} else 1
        assert self.doubtful <= automatic + self.human

    @invariant()
    def what_was_delivered_stays_sent(self) -> None:
        self.was_sent = self.was_sent or self.email.state is State.SENT
        assert not self.was_sent or self.email.state is State.SENT


TestEmailLife = EmailLife.TestCase
TestEmailLife.settings = settings(max_examples=200, stateful_step_count=40)


@given(TEMPLATES, st.lists(st.tuples(IN_DATA | BEFORE_DATA | st.none(), JITTER), min_size=1))
def test_every_mail_comes_to_an_end(template: str, course: list[tuple[Outcome | None, float]]):
    """`None` is a sender that dies; the course repeats for as long as the mail is not settled."""
    email, now = an_email(template), NOW
    for turn in range(3 * MAX_ATTEMPTS):
        if email.settled or email.parked:
            break
        assert email.next_at is not None
        now = max(now, email.next_at)
        email = email.claim(now, LEASE, domain_now=now).email
        if email.settled:
            break
        outcome, jitter = course[turn % len(course)]
        if isinstance(outcome, Sent | Unknown) or outcome is None:
            email = email.data_started(email.attempt, now, LEASE)
        if outcome is None:
            now += LEASE
            email = email.lease_expired(now).email
        else:
            email = email.report(email.attempt, outcome, now, jitter).email
    assert email.settled or email.parked


@st.composite
def a_life_with_two_tries(draw: st.DrawFn) -> tuple[Email, list[tuple[int, Outcome | None]]]:
    """An email in its second try, and what is still said about both."""
    email = an_email("receipt")
    email = email.claim(NOW, LEASE, domain_now=NOW).email
    email = email.data_started(1, NOW, LEASE)
    email = email.lease_expired(NOW + LEASE).email
    assert email.next_at is not None
    email = email.claim(email.next_at, LEASE, domain_now=NOW).email
    reached_data = draw(st.booleans())
    if reached_data:
        assert email.lease_until is not None
        email = replace(email, data_started_at=email.lease_until - LEASE)
    said = [
        (1, draw(IN_DATA)),
        (2, draw(IN_DATA if reached_data else BEFORE_DATA)),
        (2, None),
    ]
    return email, said


@given(a_life_with_two_tries(), st.data(), JITTER)
def test_reports_may_come_late_repeated_and_in_any_order(life, data: st.DataObject, jitter):
    email, said = life
    late = NOW + timedelta(days=1)

    def end(reports: list[tuple[int, Outcome | None]]) -> State:
        now_email = email
        for attempt, outcome in reports:
            if outcome is None:
                now_email = now_email.lease_expired(late).email
            else:
                now_email = now_email.report(attempt, outcome, late, jitter).email
        return now_email.state

    shuffled = data.draw(st.permutations(said * 2))
    assert end(shuffled) is end(said)
