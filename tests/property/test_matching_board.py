"""Two requests at overlapping times share their volunteers; anything may happen in any order."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from services.matching.domain.answering import Reply, answer
from services.matching.domain.board import Board, Standing
from services.matching.domain.changing import cancel, change, erase, expire
from services.matching.domain.coordinating import (
    assign,
    confirm,
    decline,
    exclude,
    release,
    withdraw,
)
from services.matching.domain.effects import (
    RequestFilled,
    RequestReopened,
    VolunteerAssigned,
)
from services.matching.domain.inviting import Ask, issue
from services.matching.domain.need import Automation, Confirm
from services.matching.domain.refusals import MatchingRefusal
from services.matching.domain.sending import email_sent, not_sent, pass_time
from services.matching.domain.stopping import resume, stop
from shared.kernel.fields import Answer, Kind, Via
from shared.kernel.ids import AssignmentId, InvitationId, RequestId, VolunteerId
from tests.unit.matching_builders import NOW, TUNING, a_need, a_slot, an_id, volunteer

NUMBERS = st.integers(1, 6)
STRANGER = 6
BOARDS = st.sampled_from(["first", "second"])
HOURS = st.sampled_from([0, 1, 5, 23, 50])


class TwoRequests(RuleBasedStateMachine):
    """Each rule is one transaction: it reads both boards and changes one."""

    @initialize(
        places=st.tuples(st.integers(1, 3), st.integers(1, 3)),
        confirm=st.sampled_from(Confirm),
        kind=st.sampled_from([Kind.SINGLE, Kind.EVENT_HELP]),
    )
    def open_both(self, places, confirm, kind):
        self.now = NOW
        self.ids = 1000
        self.boards = {
            name: Board(
                a_need(
                    request_id=RequestId(an_id(80_000 + number)),
                    places=places[number],
                    slots=(a_slot(7 + number / 24),),
                    kind=kind,
                    automation=Automation(confirm=confirm),
                )
            )
            for number, name in enumerate(("first", "second"))
        }
        self.told_filled = dict.fromkeys(self.boards, False)

    def new_id(self):
        self.ids += 1
        return an_id(self.ids)

    def people(self, name):
        (other,) = set(self.boards) - {name}
        board = self.boards[other]
        return {
            volunteer(number): Standing(
                known=number != STRANGER,
                held=board.need.slots
                if (claim := board.claim_of(volunteer(number))) and claim.holds_place
                else (),
            )
            for number in range(1, 7)
        }

    def apply(self, name, transition):
        """Do one change of one board, unless it is refused, and check what it tells."""
        before = self.boards[name]
        try:
            after, effects = transition(before)
        except MatchingRefusal:
            return
        self.boards[name] = after
        self.check_waiting_list(before, after)
        states = [e for e in effects if isinstance(e, RequestFilled | RequestReopened)]
        for state in states:
            assert state.counts == after.counts
            assert state.version == after.version
            self.told_filled[name] = isinstance(state, RequestFilled)
        assert (after.version > before.version) == (after.counts != before.counts)
        for effect in effects:
            if isinstance(effect, VolunteerAssigned):
                assert effect.hand_over == (effect.volunteer_id != volunteer(STRANGER))

    @staticmethod
    def check_waiting_list(before, after):
        old = [claim.volunteer_id for claim in before.waiting]
        new = [claim.volunteer_id for claim in after.waiting]
        stayed = [who for who in old if who in new]
        assert new[: len(stayed)] == stayed
        assert not set(new[len(stayed) :]) & set(old)

    @rule(name=BOARDS, numbers=st.sets(NUMBERS, min_size=1))
    def invite(self, name, numbers):
        asks = [Ask(volunteer(number), 0.3, timedelta(hours=6)) for number in sorted(numbers)]
        ids = [InvitationId(self.new_id()) for _ in asks]
        self.apply(name, lambda b: issue(b, asks, ids, now=self.now, tuning=TUNING))

    @rule(name=BOARDS, number=NUMBERS, left=st.booleans())
    def report_mail(self, name, number, left):
        invitation = self.boards[name].invitation_of(volunteer(number))
        if invitation is None:
            return
        identity = invitation.invitation_id
        if left:
            self.apply(name, lambda b: email_sent(b, identity, sent_at=self.now, tuning=TUNING))
        else:
            self.apply(name, lambda b: not_sent(b, identity, failed_at=self.now))

    @rule(name=BOARDS, number=NUMBERS, said=st.sampled_from(Answer), old=st.booleans())
    def reply(self, name, number, said, old):
        board = self.boards[name]
        invitation = board.invitation_of(volunteer(number))
        if invitation is None:
            return
        version = board.need.version - old
        new_id = AssignmentId(self.new_id())
        given = Reply(invitation.invitation_id, said, Via.EMAIL, version, new_id)
        people = self.people(name)

        def once(b):
            return answer(b, given, people, now=self.now, tuning=TUNING)

        self.apply(name, once)
        answered = self.boards[name].invitation_of(volunteer(number))
        if answered is not None and answered.answer is said and version >= board.need.version:
            try:
                assert once(self.boards[name]) == (self.boards[name], ())
            except MatchingRefusal:
                assert self.boards[name] == board, "refused now, so it was refused before"

    @rule(name=BOARDS, number=NUMBERS)
    def confirm(self, name, number):
        standing = self.people(name)[volunteer(number)]
        self.apply(name, lambda b: confirm(b, volunteer(number), standing, now=self.now))

    @rule(name=BOARDS, number=NUMBERS)
    def decline(self, name, number):
        people = self.people(name)
        self.apply(
            name,
            lambda b: decline(b, volunteer(number), people, now=self.now, tuning=TUNING),
        )

    @rule(name=BOARDS, number=NUMBERS)
    def assign(self, name, number):
        identities = InvitationId(self.new_id()), AssignmentId(self.new_id())
        standing = self.people(name)[volunteer(number)]
        self.apply(
            name,
            lambda b: assign(
                b,
                volunteer(number),
                standing,
                (),
                invitation_id=identities[0],
                assignment_id=identities[1],
                override=None,
                via=Via.PHONE,
                now=self.now,
            ),
        )

    @rule(name=BOARDS, number=NUMBERS, refill=st.booleans())
    def release(self, name, number, refill):
        people = self.people(name)
        self.apply(
            name,
            lambda b: release(
                b, volunteer(number), people, now=self.now, tuning=TUNING, refill=refill
            ),
        )

    @rule(name=BOARDS, number=NUMBERS, forever=st.booleans())
    def withdraw(self, name, number, forever):
        take_back = exclude if forever else withdraw
        self.apply(name, lambda b: take_back(b, volunteer(number), now=self.now))

    @rule(name=BOARDS, places=st.integers(1, 4), shift=st.sampled_from([0, 0, 1, 3]))
    def change(self, name, places, shift):
        need = self.boards[name].need
        version = need.version + 1
        (slot,) = need.slots
        if shift:
            slot = replace(
                slot,
                starts_at=slot.starts_at + timedelta(hours=shift),
                ends_at=slot.ends_at + timedelta(hours=shift),
            )
        newer = replace(
            need,
            version=version,
            facts_version=version if shift else need.facts_version,
            places=places,
            slots=(slot,),
        )
        people = self.people(name)
        self.apply(name, lambda b: change(b, newer, people, now=self.now, tuning=TUNING))

    @rule(name=BOARDS, again=st.booleans())
    def stop(self, name, again):
        self.apply(name, resume if again else stop)

    @rule(name=BOARDS, number=NUMBERS)
    def erase(self, name, number):
        people, stand_in = self.people(name), VolunteerId(self.new_id())
        self.apply(
            name,
            lambda b: erase(
                b, volunteer(number), stand_in, people, now=self.now, tuning=TUNING
            ),
        )
        assert str(volunteer(number)) not in repr(self.boards[name])

    @precondition(lambda self: self.ids > 1020)
    @rule(name=BOARDS, expired=st.booleans())
    def end(self, name, expired):
        self.apply(name, lambda b: (expire if expired else cancel)(b, now=self.now))

    @rule(hours=HOURS)
    def let_time_pass(self, hours):
        self.now += timedelta(hours=hours)
        for name in self.boards:
            people = self.people(name)
            self.apply(name, lambda b, p=people: pass_time(b, p, now=self.now, tuning=TUNING))
            board = self.boards[name]
            assert pass_time(board, people, now=self.now, tuning=TUNING) == (board, ())

    @invariant()
    def there_are_never_more_people_than_places(self):
        for board in getattr(self, "boards", {}).values():
            counts = board.counts
            assert counts.reserved + counts.assigned <= counts.places
            assert board.free == counts.places - counts.reserved - counts.assigned >= 0

    @invariant()
    def nobody_holds_two_overlapping_places(self):
        boards = list(getattr(self, "boards", {}).values())
        if boards and boards[0].need.overlaps(boards[1].need.slots):
            first, second = (
                {claim.volunteer_id for claim in board.claims if claim.holds_place}
                for board in boards
            )
            assert not first & second

    @invariant()
    def everybody_has_one_invitation_and_one_claim_at_most(self):
        for board in getattr(self, "boards", {}).values():
            invited = [invitation.volunteer_id for invitation in board.invitations]
            claiming = [claim.volunteer_id for claim in board.claims]
            assert len(set(invited)) == len(invited)
            assert len(set(claiming)) == len(claiming)
            assert set(claiming) <= set(invited)

    @invariant()
    def the_owner_of_the_request_was_told_whether_it_is_filled(self):
        for name, board in getattr(self, "boards", {}).items():
            assert board.closed or self.told_filled[name] == board.filled

    @invariant()
    def nobody_unknown_has_a_place_that_asks_for_a_first_talk(self):
        for board in getattr(self, "boards", {}).values():
            claim = board.claim_of(volunteer(STRANGER))
            if claim is not None and board.need.for_known_people_only:
                assert claim.state.value != "assigned"

    @invariant()
    def on_a_closed_board_nobody_holds_or_awaits_anything(self):
        for board in getattr(self, "boards", {}).values():
            if board.closed:
                assert not board.claims
                assert not board.open_invitations


TestTwoRequests = TwoRequests.TestCase
TestTwoRequests.settings = settings(max_examples=60, stateful_step_count=40)
