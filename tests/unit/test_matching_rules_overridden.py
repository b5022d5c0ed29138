from datetime import timedelta

import pytest

from services.matching.domain.exclusions import Exclusion, Reason, came_up_since
from tests.unit.matching_builders import NOW

LATER = NOW + timedelta(days=3)
TOO_FAR = Exclusion(Reason.TOO_FAR, {"distance_km": 40, "radius_km": 10})


def paused(until=None):
    return Exclusion(Reason.PAUSED, {}, until)


@pytest.mark.parametrize(
    ("then", "now", "since"),
    [
        ((TOO_FAR,), (TOO_FAR,), ()),
        ((TOO_FAR,), (TOO_FAR, paused()), (paused(),)),
        ((paused(NOW),), (paused(NOW),), ()),
        ((paused(NOW),), (paused(LATER), TOO_FAR), (paused(LATER), TOO_FAR)),
        ((paused(NOW),), (paused(),), (paused(),)),
        ((paused(),), (), ()),
    ],
)
def test_a_reason_goes_against_the_rules_of_then_and_no_pause_that_was_stated_since(
    then, now, since
):
    overridden = {rule.reason: rule.until for rule in then}

    assert came_up_since(now, overridden) == since
