"""Whom an approval could not ask any more: carried in the address of the page that says so.

Only ids and codes; the page asks for the names when it is shown.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple
from uuid import UUID

from services.admin.pages.wording.matching import EXCLUSIONS
from shared.contracts.matching import ExcludedShown

NAME = "not_asked"
MOST = 40
"""An address has a length."""
GONE = "gone"
"""Nothing is known of them any more."""


class NotAsked(NamedTuple):
    """Somebody who was ticked, and the first reason why they are not asked after all."""

    volunteer_id: UUID
    code: str


def in_address(entries: Iterable[ExcludedShown]) -> list[tuple[str, str]]:
    """Pairs for an address."""
    told = [
        (NAME, f"{one.volunteer_id}.{one.exclusions[0].code if one.exclusions else GONE}")
        for one in entries
    ]
    return told[:MOST]


def from_address(told: Sequence[str]) -> list[NotAsked]:
    """What an address says; what nobody of us has written there is left out."""
    found: list[NotAsked] = []
    for one in told[:MOST]:
        identity, _, code = one.partition(".")
        if code != GONE and code not in EXCLUSIONS:
            continue
        try:
            found.append(NotAsked(UUID(identity), code))
        except ValueError:
            continue
    return found
