"""What is kept and shown of why somebody is asked: the figures that decided, and true reasons."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.admin.pages.wording.matching import CANDIDATE_REASONS
from services.matching.domain.board import Board
from services.matching.domain.chance import AnswerHistory
from services.matching.domain.odds import Odds
from services.matching.domain.pricing import prices_of
from services.matching.domain.ranking import rank
from services.matching.domain.waves import plan_wave
from services.matching.handlers.explaining import (
    reasons_in,
    reasons_of,
    reasons_told,
    record_of,
    weighed_of,
    why,
)
from services.matching.handlers.showing import invitation_shown
from services.matching.store.tables import InvitationRow
from shared.contracts.matching import InvitationPage, InvitationShown
from shared.kernel.fields import Field
from shared.kernel.languages import LanguageNeed, LanguageSkill, Level
from shared.kernel.weeks import Week
from tests.unit.matching_builders import (
    NOW,
    TUNING,
    a_need,
    a_person,
    a_slot,
    asked,
    volunteer,
)

PEOPLE = [
    a_person(1, history=AnswerHistory(8, 2, NOW - timedelta(weeks=10)), radius_km=20),
    a_person(2, history=AnswerHistory(5, 4, NOW)),
    a_person(3, asked_at=(NOW - timedelta(days=9),), asks_per_week=5),
    a_person(4),
]
LOST = {volunteer(1): 0.1, volunteer(2): 0.9, volunteer(4): 0.04}
"""The likeliest to say yes is needed most elsewhere, and therefore not the first."""


def a_wave(need=None, people=PEOPLE, scarcity=LOST):
    need = need or a_need(places=2)
    return plan_wave(Board(need), rank(need, people, NOW, TUNING), NOW, TUNING, scarcity)


def whys(people=PEOPLE):
    """What is kept of each who is asked, in the order of the wave."""
    known = {person.volunteer_id: person for person in people}
    return [
        (one, why(a_need(places=2), one.candidate, known[one.candidate.volunteer_id], one))
        for one in a_wave(people=people).weighed
    ]


def shown_of(kept) -> InvitationShown:
    """An invitation with this stored `why`, as it is shown."""
    (invitation,) = asked(Board(a_need()), 1).invitations
    return invitation_shown(invitation, InvitationRow(why=kept, staff_id=None), None)


def test_the_figures_shown_are_those_by_which_the_wave_chose():
    wave, kept = a_wave(), whys()

    assert len(kept) == len(PEOPLE) == len(wave.invite)
    assert [one.candidate.volunteer_id for one in wave.weighed] == [
        ask.volunteer_id for ask in wave.invite
    ]
    for weighed, stored in kept:
        shown = shown_of(stored)
        assert shown.weighed == weighed_of(weighed)
        assert shown.record == record_of(weighed.candidate)
        assert shown.chance == pytest.approx(weighed.candidate.chance, abs=1e-4)
        for name, figure in shown.weighed.model_dump().items():
            assert figure == pytest.approx(getattr(weighed, name), abs=1e-4), name
    values = [stored["weighed"]["value"] for _, stored in kept]
    assert values == sorted(values, reverse=True)
    assert len(set(values)) == len(values)
    assert all(stored["weighed"]["gain"] > 0 for _, stored in kept)
    shorts = [stored["weighed"]["short"] for _, stored in kept]
    assert shorts[0] == 1
    assert shorts == sorted(shorts, reverse=True)


def test_what_makes_somebody_cost_more_stands_in_the_figures():
    kept = {one.candidate.volunteer_id: stored for one, stored in whys()}

    needed, tired, plain = (kept[volunteer(number)] for number in (1, 3, 4))
    assert needed["weighed"]["lost"] == pytest.approx(0.1 * TUNING.scarcity_price)
    assert 0 < needed["record"]["yes"] < 2, "older ones count less"
    assert tired["record"]["fatigue"] > 0
    assert tired["weighed"]["weariness"] > plain["weighed"]["weariness"] == 1
    assert tired["weighed"]["price"] > plain["weighed"]["price"] == TUNING.mail_price
    assert plain["record"] == {"asked": 0, "yes": 0, "chance": 0.25, "fatigue": 0}
    assert kept[volunteer(2)]["record"]["chance"] > 0.25


@pytest.mark.parametrize(
    "tuning",
    [
        TUNING,
        replace(TUNING, scarcity_price=1.0, fit_weight=0.0),
        replace(TUNING, fatigue_price=0.0, late_price=0.1),
        replace(TUNING, mail_price=0.05, fit_weight=2.0),
    ],
)
@pytest.mark.parametrize("days", [0.5, 1.5, 7])
def test_the_order_and_the_gate_are_those_that_the_figures_say(tuning, days):
    """Whatever the district's prices are and however near the start is."""
    need = a_need(places=2, slots=(a_slot(days),))
    ranking = rank(need, PEOPLE, NOW, tuning)
    wave = plan_wave(Board(need), ranking, NOW, tuning, LOST)
    prices, odds = prices_of(need, NOW, tuning, LOST), Odds(2)

    assert len(wave.weighed) == len(wave.invite) > 0
    for weighed, ask in zip(wave.weighed, wave.invite, strict=True):
        candidate = weighed.candidate
        assert candidate.volunteer_id == ask.volunteer_id
        kept = why(need, candidate, PEOPLE[0], weighed)["weighed"]
        used = {
            "value": prices.value(candidate),
            "gain": prices.gain(candidate, 1 - odds.enough),
            "price": prices.of(candidate),
            "late": prices.late,
            "lost": prices.scarcity.get(candidate.volunteer_id, 0.0),
        }
        assert {name: kept[name] for name in used} == pytest.approx(used, abs=1e-4)
        odds.add(ask.chance)
    values = [one.value for one in wave.weighed]
    assert values == sorted(values, reverse=True)
    assert all(one.gain > 0 for one in wave.weighed)


def test_whom_a_coordinator_asks_nothing_is_weighed_of_but_the_chance_is_explained():
    (candidate,) = rank(a_need(), PEOPLE[1:2], NOW, TUNING).candidates

    shown = shown_of(why(a_need(), candidate, PEOPLE[1]))

    assert shown.weighed is None
    assert (shown.record.asked, shown.record.yes) == (5, 4)


@pytest.mark.parametrize("left", [(), ("parts", "chance", "reasons", "clashes", "rank")])
def test_what_was_kept_before_there_were_such_figures_is_still_shown(left):
    ((_, stored),) = whys(PEOPLE[:1])
    kept = {name: value for name, value in (stored | {"rank": 1}).items() if name in left}

    shown = shown_of(kept)

    assert (shown.record, shown.weighed) == (None, None)
    assert len(shown.parts) == (5 if left else 0)
    assert (shown.chance is None) == (not left)


ARABIC = LanguageNeed("ar", Level.B1)
ALWAYS = Week(((1 << 48) - 1,) * 7)


def reasons(person, **need):
    wanted = a_need(**need)
    (candidate,) = rank(wanted, [person], NOW, TUNING).candidates
    return {one.code: one.details for one in reasons_of(wanted, candidate, person)}


def test_who_has_not_said_what_is_needed_is_said_to_stand_last_for_it():
    need = {"languages": (ARABIC,), "skills": frozenset({"first_aid"})}

    silent = reasons(a_person(), **need)
    heard = reasons(
        a_person(languages=(LanguageSkill("ar", Level.C1),), skills=frozenset({"first_aid"})),
        **need,
    )

    assert silent["languages_unstated"] == {"tags": "ar"}
    assert silent["skills_unstated"] == {"skills": "first_aid"}
    assert not {"languages_unstated", "skills_unstated"} & heard.keys()
    assert list(silent)[-2:] == ["languages_unstated", "skills_unstated"]
    assert not {"languages_unstated", "skills_unstated"} & reasons(a_person()).keys()


def test_a_field_is_a_reason_for_those_who_named_it():
    assert "chosen_field" in reasons(a_person(fields=frozenset({Field.EDUCATION})))
    assert "chosen_field" not in reasons(a_person()), "no field chosen is any field"


def test_every_word_for_a_reason_is_of_a_reason_that_is_given():
    need = a_need(languages=(ARABIC,), skills=frozenset({"first_aid"}))
    eager = a_person(
        1,
        languages=(LanguageSkill("ar", Level.C1),),
        fields=frozenset({need.field}),
        availability=ALWAYS,
        worked_with=frozenset({need.organisation_id}),
    )
    people = [eager, a_person(2)]
    known = {person.volunteer_id: person for person in people}

    given = {
        reason.code
        for candidate in rank(need, people, NOW, TUNING).candidates
        for reason in reasons_of(need, candidate, known[candidate.volunteer_id])
    }

    assert given == set(CANDIDATE_REASONS)


def test_who_is_asked_reads_neither_the_figures_nor_what_they_did_not_say():
    need = a_need(languages=(ARABIC,))
    (candidate,) = rank(need, [a_person()], NOW, TUNING).candidates
    kept = why(need, candidate, a_person())

    assert {"languages_unstated"} == {one.code for one in reasons_in(kept)} - {
        one.code for one in reasons_told(kept)
    }
    assert {"chance", "record", "weighed", "parts", "rank"}.isdisjoint(
        InvitationPage.model_fields
    )
