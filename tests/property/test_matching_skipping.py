"""A series, the requests linked to its skipped dates, and another task at the same time."""

import itertools
from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from services.matching.domain.answering import Reply, answer
from services.matching.domain.board import Board, ClaimState, Standing
from services.matching.domain.changing import cancel
from services.matching.domain.coordinating import assign, release
from services.matching.domain.effects import DateSkipped, DateUnskipped
from services.matching.domain.inviting import Ask, issue
from services.matching.domain.need import Automation, Confirm
from services.matching.domain.refusals import MatchingRefusal
from services.matching.domain.sending import pass_time
from services.matching.domain.skipping import skip, unskip
from shared.kernel.fields import Answer, Kind, Via
from shared.kernel.ids import AssignmentId, InvitationId, RequestId
from tests.unit.matching_builders import NOW, TUNING, a_need, a_slot, an_id, volunteer

PEOPLE = range(1, 4)
NUMBERS = st.sampled_from(PEOPLE)
DATES = tuple(a_slot(days) for days in (2, 3, 4))
WHICH = st.sampled_from([0, 1, 1, 2])
SERIES, OTHER = RequestId(an_id(80_000)), RequestId(an_id(80_001))


class SkippedDates(RuleBasedStateMachine):
    """Each rule is one transaction under the locks of the volunteer and of the boards it names."""

    @initialize(places=st.integers(1, 3), confirm=st.sampled_from(Confirm))
    def open_both(self, places, confirm):
        self.now, self.ids, self.places = NOW, 1000, places
        self.automation = Automation(confirm=confirm)
        self.boards = {
            SERIES: Board(
                a_need(request_id=SERIES, kind=Kind.SERIES, slots=DATES, places=places)
            ),
            OTHER: Board(
                a_need(request_id=OTHER, slots=(DATES[1],), automation=self.automation)
            ),
        }

        for identity in self.boards:
            self.ask_everybody(identity)
        for number in PEOPLE:
            self.reply(which=0, number=number, said=Answer.YES)

    def ask_everybody(self, identity):
        asks = [Ask(volunteer(number), 0.3, timedelta(hours=6)) for number in PEOPLE]
        ids = [InvitationId(self.new_id()) for _ in asks]
        self.apply(identity, lambda b: issue(b, asks, ids, now=self.now, tuning=TUNING))

    def new_id(self):
        self.ids += 1
        return an_id(self.ids)

    def held_by(self, number, besides):
        """The dates to which somebody comes, but for those of one request."""
        return tuple(
            slot
            for identity, board in self.boards.items()
            if identity != besides and (claim := board.claim_of(volunteer(number)))
            if claim.holds_place
            for slot in board.need.slots
            if slot not in claim.skipped
        )

    def people(self, besides):
        return {
            volunteer(number): Standing(known=True, held=self.held_by(number, besides))
            for number in PEOPLE
        }

    def board(self, which):
        return list(self.boards)[which % len(self.boards)]

    def apply(self, identity, transition):
        try:
            self.boards[identity], effects = transition(self.boards[identity])
        except MatchingRefusal:
            return ()
        return effects

    @rule(
        which=st.integers(0, 9),
        number=NUMBERS,
        said=st.sampled_from([Answer.YES, Answer.YES, Answer.NO]),
    )
    def reply(self, which, number, said):
        identity = self.board(which)
        board = self.boards[identity]
        invitation = board.invitation_of(volunteer(number))
        if invitation is None:
            return
        given = Reply(
            invitation.invitation_id,
            said,
            Via.EMAIL,
            board.need.version,
            AssignmentId(self.new_id()),
        )
        people = self.people(identity)
        self.apply(identity, lambda b: answer(b, given, people, now=self.now, tuning=TUNING))

    @rule(which=st.integers(0, 9), number=NUMBERS)
    def assign(self, which, number):
        identity = self.board(which)
        standing = self.people(identity)[volunteer(number)]
        ids = InvitationId(self.new_id()), AssignmentId(self.new_id())
        self.apply(
            identity,
            lambda b: assign(
                b,
                volunteer(number),
                standing,
                (),
                invitation_id=ids[0],
                assignment_id=ids[1],
                override=None,
                via=Via.PHONE,
                now=self.now,
            ),
        )

    @rule(which=st.integers(0, 9), number=NUMBERS)
    def release(self, which, number):
        identity = self.board(which)
        people = self.people(identity)
        self.apply(
            identity,
            lambda b: release(b, volunteer(number), people, now=self.now, tuning=TUNING),
        )

    @rule(which=st.integers(0, 5), date=WHICH)
    def skip(self, which, date):
        before, linked = self.boards[SERIES], RequestId(self.new_id())
        if not before.claims:
            return
        who = before.claims[which % len(before.claims)].volunteer_id
        starts_at = DATES[date].starts_at

        def once(b):
            return skip(b, who, starts_at, linked, now=self.now)

        effects = self.apply(SERIES, once)
        assert self.boards[SERIES].counts == before.counts
        for told in effects:
            assert isinstance(told, DateSkipped)
            assert once(self.boards[SERIES]) == (self.boards[SERIES], ())
            need = a_need(request_id=linked, slots=(DATES[date],), automation=self.automation)
            self.boards[linked] = Board(need)
            self.ask_everybody(linked)

    @rule(which=st.integers(0, 5))
    def unskip(self, which):
        before = self.boards[SERIES]
        skipped = [(claim.volunteer_id, one) for claim in before.claims for one in claim.skips]
        if not skipped:
            return
        who, found = skipped[which % len(skipped)]
        linked = self.boards[found.linked_request_id]
        standing, starts_at = self.people(SERIES)[who], found.slot.starts_at
        effects = self.apply(
            SERIES,
            lambda b: unskip(b, who, starts_at, standing, linked, now=self.now),
        )
        assert self.boards[SERIES].counts == before.counts
        for told in effects:
            assert isinstance(told, DateUnskipped)
            assert not any(claim.holds_place for claim in linked.claims)
            self.apply(told.linked_request_id, lambda b: cancel(b, now=self.now))

    @rule(hours=st.sampled_from([0, 0, 1, 5, 23]))
    def let_time_pass(self, hours):
        self.now += timedelta(hours=hours)
        for identity in self.boards:
            people = self.people(identity)
            self.apply(
                identity, lambda b, p=people: pass_time(b, p, now=self.now, tuning=TUNING)
            )

    @invariant()
    def nobody_comes_to_two_places_at_once(self):
        for number in PEOPLE if hasattr(self, "boards") else ():
            held = sorted(self.held_by(number, besides=None))
            pairs = itertools.pairwise(held)
            assert not any(one.overlaps(other) for one, other in pairs)

    @invariant()
    def a_series_has_as_many_places_as_it_was_asked_for(self):
        if hasattr(self, "boards"):
            assert self.boards[SERIES].counts.places == self.places
            assert self.boards[SERIES].free >= 0

    @invariant()
    def only_who_is_assigned_skips_and_never_every_date(self):
        for claim in self.boards[SERIES].claims if hasattr(self, "boards") else ():
            assert not claim.skips or claim.state is ClaimState.ASSIGNED
            assert len(set(claim.skipped)) == len(claim.skips) < len(DATES)


TestSkippedDates = SkippedDates.TestCase
TestSkippedDates.settings = settings(max_examples=100, stateful_step_count=40, deadline=None)
