"""Who may come in, for how long, and what a role may open."""

from datetime import UTC, datetime, timedelta

import pytest

from services.admin.domain.accounts import (
    LINK_LASTS,
    Claim,
    Role,
    RoleUnknown,
    SignInLinkOver,
    check_claim,
    may_mail,
    parse_role,
)
from services.admin.pages.access import is_open, may_open
from shared.kernel.ids import StaffId, new_id

MADE = datetime(2026, 11, 21, 9, tzinfo=UTC)
CLAIM = Claim(StaffId(new_id()), 3, MADE)


def test_a_link_acts_until_just_before_its_half_hour_is_over() -> None:
    check_claim(CLAIM, 3, MADE + LINK_LASTS - timedelta(seconds=1))
    with pytest.raises(SignInLinkOver):
        check_claim(CLAIM, 3, MADE + LINK_LASTS)


@pytest.mark.parametrize("generation", [2, 4])
def test_a_link_of_another_generation_does_not_act(generation: int) -> None:
    with pytest.raises(SignInLinkOver):
        check_claim(CLAIM, generation, MADE)


def test_five_mails_an_hour_are_allowed() -> None:
    assert [may_mail(mailed) for mailed in (0, 4, 5, 6)] == [True, True, False, False]


def test_a_role_is_read_by_its_code() -> None:
    assert parse_role("integration_manager") is Role.INTEGRATION_MANAGER
    with pytest.raises(RoleUnknown) as refused:
        parse_role("Coordinator")
    assert refused.value.field == "role"


@pytest.mark.parametrize(
    "path", ["/", "/requests", "/sign-out", "/sign-in-x", "/healthz/", "/static", "/readyzz"]
)
def test_what_is_not_named_open_is_closed(path: str) -> None:
    assert not is_open(path)


@pytest.mark.parametrize(
    "path", ["/volunteers", "/requests/new", "/mails/x", "/dead-letters-x"]
)
def test_an_operator_opens_only_what_names_nobody(path: str) -> None:
    assert not may_open(Role.OPERATOR, path)
    assert may_open(Role.COORDINATOR, path)


@pytest.mark.parametrize(
    "path", ["/", "/mails", "/dead-letters", "/dead-letters/7", "/account"]
)
def test_an_operator_opens_the_technical_pages(path: str) -> None:
    assert may_open(Role.OPERATOR, path)
