"""Any sequence of steps, in any order, with time passing: what always holds of a request."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from services.requests.domain import life as lives
from services.requests.domain.life import CLOSED, RUNNING, Counts, Fact, Life, State, Terms
from shared.kernel.errors import Refusal
from shared.kernel.slots import Slot

START = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)

ALLOWED = {
    State.REVIEW: {State.OPEN, State.FILLED, State.CANCELLED, State.EXPIRED, State.DONE},
    State.OPEN: {State.FILLED, State.REVIEW, State.CANCELLED, State.EXPIRED, State.DONE},
    State.FILLED: {State.OPEN, State.REVIEW, State.CANCELLED, State.EXPIRED, State.DONE},
    State.EXPIRED: {State.OPEN, State.FILLED, State.DONE},
    State.DONE: set(),
    State.CANCELLED: set(),
}
TERMS = st.builds(
    lambda places, hours, open_ended: Terms(
        places,
        tuple(Slot(START + at * HOUR, START + (at + 1) * HOUR) for at in sorted(hours)),
        open_ended=open_ended,
    ),
    st.integers(1, 3),
    st.sets(st.integers(20, 100), min_size=1, max_size=4),
    st.booleans(),
)
COUNTS = st.builds(
    Counts, sequence=st.integers(1, 30), reserved=st.integers(0, 2), assigned=st.integers(0, 2)
)


LATE = precondition(lambda self: self.steps > 8)
"""What ends a life, so that most of them are long enough to be interesting."""


class AnyLife(RuleBasedStateMachine):
    """Drives one request; `heard` is what a reader of its events must believe."""

    @initialize(terms=TERMS, verified=st.booleans())
    def begin(self, terms, verified):
        self.now = START
        self.life, facts = lives.post(terms, verified=verified)
        self.facts = list(facts)
        self.newest = self.steps = 0

    def step(self, function, *arguments, **more):
        before = self.life
        self.steps += 1
        try:
            after, facts = function(self.life, *arguments, **more)
        except Refusal:
            return
        self.check(before, after, facts)
        self.life = after
        self.facts += facts

    def check(self, before: Life, after: Life, facts: tuple[Fact, ...]) -> None:
        assert after.state is before.state or after.state in ALLOWED[before.state]
        assert after.version >= before.version
        assert not facts or after.version == before.version + 1
        crossed = (before.state in RUNNING) != (after.state in RUNNING)
        assert facts or not crossed, "nobody was told"

    @rule(hours=st.integers(0, 8))
    def time_passes(self, hours):
        self.now += hours * HOUR
        self.step(lives.elapse, self.now)

    @LATE
    @rule(days=st.integers(10, 20))
    def weeks_pass(self, days):
        self.now += timedelta(days=days)
        self.step(lives.elapse, self.now)

    @rule()
    def verified(self):
        self.step(lives.release, self.now)

    @rule()
    def approved(self):
        self.step(lives.approve, self.now)

    @rule()
    def suspended(self):
        self.step(lives.hold, self.now)

    @rule(counts=COUNTS, ahead=st.integers(-1, 2))
    def counted(self, counts, ahead):
        counts = replace(counts, sequence=max(1, self.newest + ahead))
        self.step(lives.count, counts)
        self.newest = max(self.newest, counts.sequence)

    @rule(terms=TERMS, behind=st.integers(-1, 2), material=st.booleans())
    def changed(self, terms, behind, material):
        seen = self.life.version - behind
        self.step(lives.change, terms, seen=seen, material=material, now=self.now)

    @LATE
    @rule()
    def cancelled(self):
        self.step(lives.cancel)

    @rule()
    def completed(self):
        self.step(lives.complete, self.now)

    @rule(completes=st.booleans(), left=st.integers(0, 2))
    def a_tandem_ends(self, completes, left):
        for _ in range(2):
            self.step(lives.end_tandem, completes=completes, left=left, now=self.now)

    @invariant()
    def filled_means_every_place_is_taken(self):
        life = self.life
        if life.state in RUNNING:
            full = life.counts.assigned >= life.terms.places
            assert (life.state is State.FILLED) == full

    @invariant()
    def expired_means_that_nobody_is_assigned(self):
        assert self.life.state is not State.EXPIRED or not self.life.counts.assigned

    @invariant()
    def versions_are_in_order(self):
        life = self.life
        assert 1 <= life.facts_version <= life.content_version <= life.version

    @invariant()
    def the_newest_counts_are_kept(self):
        assert self.life.counts.sequence == self.newest

    @invariant()
    def a_reader_of_the_facts_believes_what_is_true(self):
        said = [fact for fact in self.facts if fact is not Fact.RECEIVED]
        last = next((fact for fact in reversed(said) if fact is not Fact.CHANGED), None)
        believed = {
            None: {State.REVIEW},
            Fact.OPENED: RUNNING,
            Fact.HELD: {State.REVIEW},
            Fact.CANCELLED: {State.CANCELLED},
            Fact.EXPIRED: {State.EXPIRED},
            Fact.COMPLETED: {State.DONE},
        }
        assert self.life.state in believed[last]

    @invariant()
    def nothing_waits_for_ever(self):
        """Looked at when it is due, a request ends, unless it is an open-ended tandem."""
        life, now = self.life, self.now
        for _ in range(10):
            due = life.due(now)
            if due is None:
                break
            now = max(now, due)
            life, _ = lives.elapse(life, now)
        tandem = life.terms.open_ended and life.counts.assigned
        assert life.state in CLOSED or tandem


TestAnyLife = AnyLife.TestCase
TestAnyLife.settings = settings(max_examples=400, stateful_step_count=30)


@given(TERMS, st.lists(COUNTS), st.randoms(use_true_random=False))
def test_counts_may_come_in_any_order_and_twice(terms, counts, random):
    newest_of_each = list({count.sequence: count for count in counts}.values())
    shuffled = newest_of_each * 2
    random.shuffle(shuffled)
    start = Life(State.OPEN, terms)

    in_order = start
    for count in sorted(newest_of_each, key=lambda count: count.sequence):
        in_order, _ = lives.count(in_order, count)
    in_disorder = start
    for count in shuffled:
        in_disorder, _ = lives.count(in_disorder, count)

    assert in_order == in_disorder


@given(TERMS, st.integers(0, 5))
def test_a_refused_change_leaves_everything_as_it_was(terms, taken):
    life = replace(Life(State.OPEN, terms), counts=Counts(1, assigned=taken))
    smaller = replace(terms, places=1)

    try:
        changed, _ = lives.change(life, smaller, seen=1, material=False, now=START)
    except Refusal:
        assert taken > 1
    else:
        assert changed.taken <= changed.terms.places
