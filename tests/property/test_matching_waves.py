"""A planner asks for many requests over weeks; mails leave late or never, people answer or not."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.matching.domain.answering import Reply, answer
from services.matching.domain.board import Board, InvitationState, Standing
from services.matching.domain.inviting import issue
from services.matching.domain.need import Automation, Confirm
from services.matching.domain.odds import Odds
from services.matching.domain.pricing import prices_of
from services.matching.domain.ranking import rank
from services.matching.domain.sending import email_sent, not_sent, pass_time
from services.matching.domain.waves import Next, plan_wave
from shared.kernel.fields import Answer, Via
from shared.kernel.ids import AssignmentId, InvitationId, RequestId
from tests.unit.matching_builders import (
    NIGHTS_AND_SUNDAYS,
    NOW,
    TUNING,
    a_need,
    a_person,
    a_slot,
    an_id,
    volunteer,
)

NUMBERS = range(1, 7)
TOLD = st.sampled_from([None, None, Answer.YES, Answer.NO, Answer.LATER])


def as_the_roster_sees_them(boards, budgets):
    """The people, with what all requests together have asked of them."""
    people = []
    for number, budget in zip(NUMBERS, budgets, strict=True):
        who = volunteer(number)
        moments = (board.asked_at(who) for board in boards)
        people.append(
            a_person(
                number,
                asks_per_week=budget,
                asked_at=tuple(moment for moment in moments if moment is not None),
                open_asks=sum(board.has_open_ask(who) for board in boards),
            )
        )
    return people


class District:
    """What the planner's loop does, with the choices drawn by hypothesis."""

    def __init__(self, draw, budgets):
        self.draw = draw
        self.budgets = budgets
        self.boards = []
        self.sent = {number: [] for number in NUMBERS}
        self.ids = 1000

    def post(self, now):
        number = len(self.boards)
        need = a_need(
            request_id=RequestId(an_id(70_000 + number)),
            places=self.draw(st.integers(1, 3)),
            slots=(a_slot(self.draw(st.integers(1, 20)), at=now),),
            urgent=self.draw(st.booleans()),
            automation=Automation(confirm=self.draw(st.sampled_from(Confirm))),
        )
        self.boards.append(Board(need))

    def plan(self, now):
        for position, board in enumerate(self.boards):
            people = as_the_roster_sees_them(self.boards, self.budgets)
            ranking = rank(board.need, people, now, TUNING, board.exclusions(now))
            plan = plan_wave(board, ranking, now, TUNING)
            if plan.next is Next.INVITE:
                ids = []
                for _ in plan.invite:
                    self.ids += 1
                    ids.append(InvitationId(an_id(self.ids)))
                self.boards[position], _ = issue(
                    board, plan.invite, ids, now=now, tuning=TUNING
                )

    def let_mails_leave(self, now):
        for position, board in enumerate(self.boards):
            for invitation in board.invitations:
                if invitation.state is not InvitationState.ISSUED:
                    continue
                fate = self.draw(st.sampled_from(["left", "left", "stuck", "failed"]))
                identity = invitation.invitation_id
                current = self.boards[position]
                if fate == "left":
                    current, _ = email_sent(current, identity, sent_at=now, tuning=TUNING)
                    self.sent[int(invitation.volunteer_id) & 0xFFFF].append(now)
                elif fate == "failed":
                    current, _ = not_sent(current, identity, failed_at=now)
                self.boards[position] = current

    def let_people_answer(self, now):
        people = {volunteer(number): Standing(known=True) for number in NUMBERS}
        for position, board in enumerate(self.boards):
            for invitation in board.open_invitations:
                said = self.draw(TOLD)
                too_late = (
                    now >= board.need.starts_at
                    or invitation.deadline is None
                    or now >= invitation.deadline
                )
                if said is None or too_late:
                    continue
                self.ids += 1
                reply = Reply(
                    invitation.invitation_id, said, Via.EMAIL, 1, AssignmentId(an_id(self.ids))
                )
                self.boards[position], _ = answer(
                    self.boards[position], reply, people, now=now, tuning=TUNING
                )
            self.boards[position], _ = pass_time(
                self.boards[position], people, now=now, tuning=TUNING
            )


@given(st.data())
def test_the_ask_budget_is_never_overspent_in_any_seven_days(data):
    budgets = data.draw(st.lists(st.integers(0, 3), min_size=6, max_size=6))
    district = District(data.draw, budgets)
    now = NOW
    for _ in range(data.draw(st.integers(2, 8))):
        for _ in range(data.draw(st.integers(0, 2))):
            district.post(now)
        district.plan(now)
        now += timedelta(hours=data.draw(st.sampled_from([0, 1, 3])))
        district.let_mails_leave(now)
        now += timedelta(hours=data.draw(st.sampled_from([0, 6, 30, 80])))
        district.let_people_answer(now)

    for number, budget in zip(NUMBERS, budgets, strict=True):
        moments = district.sent[number]
        for last in moments:
            window = [at for at in moments if last - timedelta(days=7) < at <= last]
            assert len(window) <= budget


@given(
    chances=st.lists(st.floats(0.05, 0.9), max_size=25),
    places=st.integers(1, 6),
    hours=st.integers(2, 400),
    urgent=st.booleans(),
    after=st.integers(0, 48),
)
def test_each_mail_of_a_wave_is_worth_its_price_and_no_other_would_be(
    chances, places, hours, urgent, after
):
    need = a_need(places=places, slots=(a_slot(hours / 24),), urgent=urgent)
    people = [a_person(number) for number in range(1, len(chances) + 1)]
    now = NOW + timedelta(hours=min(after, hours - 1))
    ranking = rank(need, people, now, TUNING)
    ranking = replace(
        ranking,
        candidates=tuple(
            replace(candidate, chance=chance)
            for candidate, chance in zip(ranking.candidates, chances, strict=True)
        ),
    )
    prices = prices_of(need, now, TUNING, None)

    plan = plan_wave(Board(need), ranking, now, TUNING)

    by_id = {candidate.volunteer_id: candidate for candidate in ranking.candidates}
    odds = Odds(places)
    for ask in plan.invite:
        assert odds.enough < TUNING.fill_target
        assert prices.gain(by_id[ask.volunteer_id], 1 - odds.enough) > 0
        odds.add(ask.chance)
    assert plan.chance == odds.enough
    left = by_id.keys() - {ask.volunteer_id for ask in plan.invite}
    if odds.enough < TUNING.fill_target:
        assert all(prices.gain(by_id[who], 1 - odds.enough) <= 0 for who in left)
    assert [ask.chance for ask in plan.invite] == sorted(
        (ask.chance for ask in plan.invite), reverse=True
    )


@given(
    minutes=st.integers(0, 14 * 24 * 60),
    hours=st.integers(1, 400),
    people=st.integers(0, 12),
)
def test_a_plan_asks_nobody_in_quiet_hours_and_always_says_what_happens_next(
    minutes, hours, people
):
    now = NOW + timedelta(minutes=minutes)
    need = a_need(slots=(a_slot(hours / 24, at=now),))
    roster = [a_person(number) for number in range(1, people + 1)]
    ranking = rank(need, roster, now, NIGHTS_AND_SUNDAYS)

    plan = plan_wave(Board(need), ranking, now, NIGHTS_AND_SUNDAYS)

    quiet = NIGHTS_AND_SUNDAYS.quiet_hours.quiet(now)
    assert not (plan.invite and quiet)
    assert plan.tell_exhausted or plan.next_look_at is not None
    if plan.next_look_at is not None:
        assert plan.next_look_at > now
        assert not NIGHTS_AND_SUNDAYS.quiet_hours.quiet(plan.next_look_at)
