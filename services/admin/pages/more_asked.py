"""How many more are asked, and why not as many as wished: carried in the address, in figures."""

from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import parse_qs

from services.admin.pages.wording.matching import EXCLUSIONS
from shared.contracts.matching import MoreAsked

MOST = 20
"""So many may be wished for at once."""


class Told(NamedTuple):
    """What became of the wish to have more people asked."""

    asked: int
    wished: int
    not_now: Mapping[str, int]
    """Who else fits but may not be asked now: how many, by reason."""


def in_address(reply: MoreAsked, wished: int) -> list[tuple[str, str]]:
    """Pairs for an address; none if the reply does not say how many."""
    if reply.asked is None:
        return []
    figures = [("asked", str(reply.asked)), ("wished", str(wished))]
    return figures + [
        ("not_now", f"{code}.{count}") for code, count in sorted(reply.not_now.items())
    ]


def from_address(query: str) -> Told | None:
    """What an address says, if it is one of ours."""
    said = parse_qs(query)
    asked, wished = (_figure(said.get(name, [""])[0]) for name in ("asked", "wished"))
    if not asked or not wished or max(asked, wished) > MOST:
        return None
    pairs = (one.partition(".") for one in said.get("not_now", []))
    not_now = {code: _figure(count) for code, _, count in pairs if code in EXCLUSIONS}
    return Told(asked, wished, {code: count for code, count in not_now.items() if count})


def _figure(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < MOST else 0
