"""What the world's columns say of who may be asked is what the product's rules say, at every look."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.matching.domain.agenda import lay_out
from services.matching.domain.exclusions import Reason
from services.matching.domain.rules import exclusions
from services.matching.simulation.playing import Play
from services.matching.simulation.policies.catalogue import policy_named
from services.matching.simulation.telling import person_of
from tests.unit.simulation_builders import a_world

BUSY = {
    "calendar": {"weeks": 3},
    "volunteers": {
        "count": 25,
        "radius_km": [[3.0, 0.2], [30.0, 0.8]],
        "free_beta": [5.0, 2.0],
        "capacity": [
            {"share": 0.5, "places": 3, "hours_per_week": 2.0},
            {"share": 0.5, "places": 6, "hours_per_week": 4.0},
        ],
    },
    "fields": {"besides": 0.6},
    "requests": {
        "per_week": 20.0,
        "needs_language": 0.6,
        "dates": [[1.0, 0.6], [3.0, 0.4]],
        "places": [[1.0, 0.5], [3.0, 0.5]],
    },
    "languages": {"spoken": 0.9, "spoken_falls": 0.2},
    "answers": {"willing_mean": 1.0, "leaves": 0.02},
}
"""Few people who are wanted often: every rule keeps somebody out."""


@dataclass
class Comparing:
    """Decides like another policy, and compares the two answers before."""

    inner: Any
    play: Play | None = None
    kept_out: Counter[Reason] = field(default_factory=Counter)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def decide(self, look: Any) -> Any:
        desk = self.play.desk
        board = desk.board(look.number)
        met = board.exclusions(look.now)
        agenda = lay_out(board.need, look.now, self.tuning)
        fitting = []
        for row in range(look.world.volunteers.count):
            person = desk.person(row)
            reasons = [one.reason for one in exclusions(agenda, person)]
            reasons += [met[person.volunteer_id].reason] if person.volunteer_id in met else []
            self.kept_out.update(reasons)
            if not set(reasons) - {Reason.ASK_BUDGET_USED_UP}:
                fitting.append(row)
        assert list(look.candidates()) == fitting
        return self.inner.decide(look)


def compared(seed: int, policy: str, **sections: Any) -> Counter[Reason]:
    world = a_world(seed, **sections)
    comparing = Comparing(policy_named(policy, "off"))
    comparing.play = Play(world, comparing)
    comparing.play.run()
    return comparing.kept_out


@settings(max_examples=5)
@given(
    seed=st.integers(0, 2**31),
    policy=st.sampled_from(["broadcast", "nearest-5", "top-3", "random-5"]),
)
def test_candidates_are_those_whom_no_rule_of_the_product_keeps_out(seed, policy):
    compared(seed, policy, **BUSY)


def test_each_rule_that_a_world_knows_is_compared():
    kept_out = sum((compared(seed, "top-3", **BUSY) for seed in range(2)), Counter())

    assert set(kept_out) == {
        Reason.PAUSED,
        Reason.FIELD_DECLINED,
        Reason.LANGUAGE_MISSING,
        Reason.LANGUAGE_TOO_LOW,
        Reason.TOO_FAR,
        Reason.NOT_FREE,
        Reason.OVERLAPPING_PLACE,
        Reason.HOURS_USED_UP,
        Reason.ALREADY_ASKED,
        Reason.ALREADY_ANSWERED_NO,
        Reason.HAS_PLACE,
        Reason.ASK_BUDGET_USED_UP,
    }


def test_languages_that_stand_for_each_other_count_in_columns_too():
    further = ["sr", "hr", "bs", "fa", "prs", "uk", "ru"]
    languages = {"further": further, "scarcer": [], "spoken": 0.5, "spoken_falls": 0.0}

    compared(1, "nearest-5", languages=languages, requests={"needs_language": 1.0})


def test_what_a_person_has_stated_is_what_their_columns_hold():
    world = a_world(2)
    people = world.volunteers
    for row in range(people.count):
        person = person_of(world, row)
        assert person.availability.days == tuple(int(day) for day in people.free[row])
        assert len(person.fields) == people.fields[row].sum()
        assert person.hours_per_week == people.hours_per_week[row]
        assert len(person.languages) == (people.levels[row] >= 0).sum()
