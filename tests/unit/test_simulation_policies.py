"""Whom each way of asking asks, when, and how it is named."""

from datetime import timedelta

import numpy as np
import pytest

from services.matching.domain.ranking import rank
from services.matching.domain.waves import plan_wave
from services.matching.simulation.asking import Asking
from services.matching.simulation.playing import Play
from services.matching.simulation.policies.catalogue import (
    POLICIES,
    PolicyUnknown,
    policy_named,
)
from services.matching.simulation.policies.simple import by_rate, estimate
from services.matching.simulation.telling import row_of
from tests.unit.simulation_builders import a_world

PLENTY = {"volunteers": {"count": 200}, "requests": {"places": [[1.0, 0.5], [3.0, 0.5]]}}
WILLING = {"willing_mean": -0.5}


class Listening:
    """Notes each look and decision of a policy."""

    def __init__(self, inner):
        self.inner = inner
        self.looks = []

    def __getattr__(self, name):
        return getattr(self.inner, name)

    def decide(self, look):
        facts = {
            "now": look.now,
            "wave": look.wave,
            "free": look.free,
            "candidates": list(look.candidates()),
            "way": look.pairs.way_km,
            "number": look.number,
        }
        if look.candidates():
            facts["chances"] = estimate(look, look.candidates())
        facts["decision"] = decision = self.inner.decide(look)
        self.looks.append(facts)
        return decision


def looks_of(name, seed=0, quiet_hours="off", **sections):
    listening = Listening(policy_named(name, quiet_hours))
    world = a_world(seed, **sections)
    record = Play(world, listening).run()
    return listening.looks, record, world


def rows_of(look):
    return [ask.row for ask in look["decision"].asks]


def test_broadcast_asks_everybody_at_once_and_never_again():
    looks, record, _ = looks_of("broadcast")

    for look in looks:
        expected = [] if look["wave"] else look["candidates"]
        assert sorted(rows_of(look)) == expected
    pairs = list(zip(record.mail_request, record.mail_volunteer, strict=True))
    assert len(pairs) == len(set(pairs)) > 0


def test_nearest_asks_the_five_nearest_for_each_free_place_every_24_hours():
    looks, _, _ = looks_of("nearest-5", **PLENTY)

    for look in looks:
        way = look["way"][look["candidates"]]
        nearest = [look["candidates"][at] for at in np.argsort(way)[: 5 * look["free"]]]
        assert rows_of(look) == nearest
        assert look["decision"].look_at == look["now"] + timedelta(hours=24)
    assert any(look["wave"] > 1 for look in looks)
    assert any(look["free"] > 1 and len(look["candidates"]) > 10 for look in looks)


@pytest.mark.parametrize("count", [1, 3, 5])
def test_top_asks_the_likeliest_and_logs_their_chances(count):
    looks, _, _ = looks_of(f"top-{count}", **PLENTY)

    for look in looks:
        asks = look["decision"].asks
        assert len(asks) == min(count * look["free"], len(look["candidates"]))
        if asks:
            best = sorted(look["chances"], reverse=True)[: len(asks)]
            assert [ask.chance for ask in asks] == pytest.approx(best)


def test_a_lottery_is_another_one_for_each_request_and_the_same_every_time():
    looks, _, _ = looks_of("random-5", volunteers={"count": 80})
    again, _, _ = looks_of("random-5", volunteers={"count": 80})

    assert [rows_of(look) for look in looks] == [rows_of(look) for look in again]
    full = [look for look in looks if len(look["candidates"]) > 5 * look["free"]]
    assert any(rows_of(look) != sorted(rows_of(look)) for look in full)
    assert any(
        rows_of(look)
        != [look["candidates"][at] for at in np.argsort(look["way"][look["candidates"]])][
            : len(rows_of(look))
        ]
        for look in full
    )


def test_covidliste_sizes_a_batch_by_the_rate_of_yeses():
    class Seen:
        free, mails, yes_rate = 2, 0, 0.0

    seen = Seen()
    assert by_rate(seen) == 8  # nothing known: one of four

    seen.mails, seen.yes_rate = 4000, 0.1
    assert by_rate(seen) == 20


@pytest.mark.parametrize("name", ["top-3", "ours"])
def test_quiet_hours_put_off_a_wave(name):
    looks, record, world = looks_of(name, quiet_hours="13:00-07:00")
    quiet = policy_named(name, "13:00-07:00").tuning.quiet_hours

    assert any(not rows_of(look) and look["candidates"] for look in looks)
    sent = [world.starts_at + timedelta(hours=at) for at in record.mail_at]
    assert sent
    assert not any(quiet.quiet(moment) for moment in sent)


def test_ours_is_the_plan_of_the_product():
    planned = []

    class Same(Listening):
        def decide(self, look):
            desk = self.play.desk
            board = desk.board(look.number)
            people = [desk.person(row) for row in range(look.world.volunteers.count)]
            ranking = rank(
                board.need, people, look.now, self.tuning, board.exclusions(look.now)
            )
            plan = plan_wave(board, ranking, look.now, self.tuning)
            decision = self.inner.decide(look)
            expected = [
                Asking(row_of(ask.volunteer_id), ask.chance, ask.answer_within)
                for ask in plan.invite
            ]
            assert list(decision.asks) == expected
            assert decision.look_at == plan.next_look_at
            planned.extend(expected)
            return decision

    same = Same(policy_named("ours", "off"))
    same.play = Play(a_world(), same)
    same.play.run()
    assert len(planned) > 20


def test_ours_takes_other_figures_by_name():
    policy = policy_named("ours:fill_target=0.8,look_every=3h,longest_step=12h", "off")

    assert policy.name == "ours:fill_target=0.8,look_every=3h,longest_step=12h"
    assert policy.tuning.fill_target == 0.8
    assert policy.tuning.look_every == timedelta(hours=3)
    assert policy.tuning.longest_step == timedelta(hours=12)
    assert policy_named("ours", "sun").tuning.quiet_hours.weekdays == {6}


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("best", "broadcast, nearest-5"),
        ("top-3:fill_target=0.8", "write one of"),
        ("ours:luck=1", "luck: write one of"),
        ("ours:mail_price=many", "mail_price=many"),
        ("ours:longest_step=12", "write hours such as 12h"),
        ("ours:zone=Mars", "cannot be varied"),
    ],
)
def test_a_policy_that_is_not_there_is_refused(name, told):
    with pytest.raises(PolicyUnknown, match=told):
        policy_named(name, "off")


@pytest.mark.parametrize("name", POLICIES)
def test_each_policy_plays_a_world_to_its_end(name):
    _, record, world = looks_of(name, volunteers={"count": 15}, answers=WILLING)

    got = np.bincount(record.place_request, minlength=len(world.requests))
    assert (got <= world.places).all()
    assert got.sum() > 0
    assert len(record.mail_at) >= got.sum()


def test_who_left_and_says_yes_to_an_earlier_mail_keeps_the_promise_and_stays_away():
    once = [{"share": 1.0, "places": 1, "hours_per_week": 8.0}]
    kept = 0
    for seed in range(5):
        _, record, _ = looks_of(
            "broadcast",
            seed,
            calendar={"weeks": 8},
            volunteers={"count": 40, "capacity": once},
            answers={"leaves": 0.1, "willing_mean": 1.0},
        )
        left = dict(zip(record.left_volunteer, record.left_at, strict=True))
        taken = zip(record.place_volunteer, record.place_at, strict=True)
        kept += sum(at > left.get(row, np.inf) for row, at in taken)
        mails = zip(record.mail_volunteer, record.mail_at, strict=True)
        assert all(at <= left.get(row, np.inf) for row, at in mails)
    assert kept
