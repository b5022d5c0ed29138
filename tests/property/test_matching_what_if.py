"""What would help is true: it is what happens if the request is asked so."""

from collections import Counter
from itertools import combinations

from hypothesis import given

from services.matching.domain.differently import Change, asked, ways_of
from services.matching.domain.lacking import lacking
from services.matching.domain.ranking import rank
from services.matching.domain.sifting import sift
from services.matching.domain.what_if import FEW, what_if
from tests.property.test_matching_ranking import NEEDS, PEOPLE
from tests.unit.matching_builders import NOW, TUNING


def told(relief):
    """A relief's changes, in any order, to be compared."""
    changes = ((relief.change, relief.details), *relief.also)
    return frozenset((change, *sorted(details.items())) for change, details in changes)


def gains(found, together):
    """How many more fit, if everybody is looked at, by so many of the changes at once."""
    agenda = found.question.agenda
    gained = {}
    for some in combinations(ways_of(agenda), together):
        if len({way.about for way in some}) == together:
            question = asked(some, agenda, found.pool)
            fits = len(sift(question, found.pool, found.doings, None))
            changes = frozenset((way.change, *sorted(way.details.items())) for way in some)
            gained[changes] = max(gained.get(changes, 0), fits - found.fits)
    return gained


@given(NEEDS, PEOPLE)
def test_as_many_more_fit_as_is_told_and_nothing_that_helps_more_is_left_out(need, people):
    found = rank(need, people, NOW, TUNING)

    reliefs = what_if(found)

    for together in (1, 2):
        truly = gains(found, together)
        best = max(truly.values(), default=0)
        if best:
            assert reliefs[0].gained == best
            assert {told(one): one.gained for one in reliefs}.items() <= truly.items()
            break
    else:
        assert all(len(told(one)) > 2 for one in reliefs)
    if reliefs and reliefs[0].also:
        assert len(reliefs) <= FEW


@given(NEEDS, PEOPLE)
def test_nothing_is_told_twice_and_the_most_helpful_comes_first(need, people):
    reliefs = what_if(rank(need, people, NOW, TUNING))

    gained = [one.gained for one in reliefs]
    assert gained == sorted(gained, reverse=True)
    assert all(number > 0 for number in gained)
    single = Counter(one.change for one in reliefs if not one.also)
    assert single[Change.OTHER_WEEKDAY] <= 1


@given(NEEDS, PEOPLE)
def test_who_asks_for_somebody_in_vain_always_hears_something(need, people):
    """Either somebody can be asked, or it is said what would help, or what is lacking."""
    found = rank(need, people, NOW, TUNING)
    reliefs = what_if(found)

    lacks = lacking(found, reliefs)

    assert found.fits or reliefs or lacks
    assert not (found.fits and lacks)
    assert len(set(map(repr, lacks))) == len(lacks)
