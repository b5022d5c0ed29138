"""When a description may be replaced."""

import pytest

from services.profiles.domain.changing import (
    VersionOutdated,
    check_same_address,
    check_version,
)
from shared.kernel.errors import Refusal
from shared.kernel.findings import Findings


def test_only_the_description_that_was_shown_can_be_replaced():
    check_version(3, 3)
    for shown in (2, 4):
        with pytest.raises(VersionOutdated) as refused:
            check_version(shown, 3)
        assert refused.value.field == "version"


@pytest.mark.parametrize(
    ("known", "stated"),
    [("a@b.example", "A@B.example"), (None, None), (None, "")],
)
def test_the_known_address_however_it_is_written_is_no_other(known, stated):
    found = Findings()
    check_same_address(known, stated, found)
    found.refuse()


@pytest.mark.parametrize(
    ("known", "stated"),
    [("a@b.example", "a@c.example"), ("a@b.example", None), (None, "a@b.example")],
)
def test_another_address_none_and_a_first_one_are_for_the_telephone(known, stated):
    found = Findings()
    check_same_address(known, stated, found)
    with pytest.raises(Refusal) as refused:
        found.refuse()
    assert (refused.value.field, refused.value.code) == (
        "email",
        "profiles.address_by_telephone",
    )
