from hypothesis import given
from hypothesis import strategies as st

from services.matching.domain.exclusions import Exclusion, Reason
from services.matching.domain.following import following
from services.matching.domain.ranking import rank
from tests.unit.matching_builders import NOW, TUNING, a_need, a_person, volunteer

MET = st.sampled_from(
    [None, Reason.HELD_BACK, Reason.ALREADY_ASKED, Reason.EXCLUDED_BY_COORDINATOR]
)


def a_ranking(met):
    people = [a_person(number) for number in range(len(met))]
    against = {
        volunteer(number): Exclusion(reason, {}) for number, reason in enumerate(met) if reason
    }
    return rank(a_need(), people, NOW, TUNING, against)


@given(st.lists(MET, max_size=8), st.integers(1, 9))
def test_as_many_follow_as_wished_or_all_and_then_it_is_said_who_may_not_be_asked_now(
    met, people
):
    ranking = a_ranking(met)

    found = following(ranking, people)

    order = [one.volunteer_id for one in ranking.candidates]
    assert list(found.chosen) == order[:people]
    held_back = met.count(Reason.HELD_BACK) if len(found.chosen) < people else 0
    assert sum(found.not_now.values()) == found.not_now.get(Reason.HELD_BACK, 0) == held_back
