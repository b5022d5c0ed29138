"""Figures: what was asked for and given by month, field and place, and how good the proposals are."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from fastapi import APIRouter, Request, Response

from services.admin.pages.context import Desk, Gaps, TheDesk
from services.admin.pages.wording import Sentences
from shared.contracts.matching import ShowEngineReport
from shared.contracts.reporting import Figures, FiguresBetween
from shared.kernel.places import municipality_code
from shared.web.forms import Form
from shared.web.translations import msg

router = APIRouter(include_in_schema=False)

PERIODS = {"3": msg("drei Monate"), "12": msg("zwölf Monate"), "36": msg("drei Jahre")}
USUAL = "12"
DAYS_A_MONTH = 365 / 12
TOO_FEW_ASKS = 50
"""To say whether their chances foretold anything."""
ELSEWHERE = msg("außerhalb des Landkreises oder von überall")
COUNTS = ("requests", "places", "filled", "invitations", "yes", "completed")


@dataclass(slots=True)
class Line:
    """The sums of one month, field or place."""

    name: str
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COUNTS, 0))
    hours: int = 0


@router.get("/figures")
async def show_figures(request: Request, desk: TheDesk) -> Response:
    """Requests, places, asks and hours of the last months."""
    gaps = Gaps()
    months = _chosen(request)
    first, last = _months(desk.clock.now(), int(months))
    found = await desk.learn(FiguresBetween(first=first, last=last), gaps)
    return desk.show(
        request,
        "figures.html",
        gaps=gaps,
        form=Form.blank({"months": months}),
        periods=PERIODS,
        tables=_tables(desk, found) if found else (),
    )


@router.get("/figures/proposals")
async def show_proposals(request: Request, desk: TheDesk) -> Response:
    """How well the chances foretell, and how far coordinators agree with the order."""
    gaps = Gaps()
    months = _chosen(request)
    days = round(int(months) * DAYS_A_MONTH)
    report = await desk.learn(ShowEngineReport(days=days), gaps)
    return desk.show(
        request,
        "figures_proposals.html",
        gaps=gaps,
        form=Form.blank({"months": months}),
        periods=PERIODS,
        report=report,
        few=TOO_FEW_ASKS,
    )


def _chosen(request: Request) -> str:
    months = request.query_params.get("months", USUAL)
    return months if months in PERIODS else USUAL


def _months(now: datetime, count: int) -> tuple[str, str]:
    """The first and the last of so many months, this one included."""
    number = now.year * 12 + now.month - 1
    first = number - count + 1
    return f"{first // 12:04}-{first % 12 + 1:02}", f"{number // 12:04}-{number % 12 + 1:02}"


def _tables(desk: Desk, found: Figures) -> tuple[tuple[str, list[Line]], ...]:
    """The same sums three ways: by month, newest first, by field and by municipality."""
    say = desk.sentences
    places = {municipality_code(one.name): one.name for one in desk.district.municipalities}
    elsewhere = say.words.gettext(ELSEWHERE)
    by_month = _summed(found, lambda one: one.month, lambda month: _month(say, month))
    by_field = _summed(found, lambda one: one.field, say.field)
    by_place = _summed(
        found, lambda one: one.municipality, lambda code: places.get(code, elsewhere)
    )
    return (
        (msg("Nach Monaten"), by_month[::-1]),
        (msg("Nach Bereichen"), sorted(by_field, key=lambda line: line.name)),
        (msg("Nach Orten"), sorted(by_place, key=lambda line: line.name)),
    )


def _month(say: Sentences, month: str) -> str:
    return say.words.formats.month(date.fromisoformat(f"{month}-01"))


def _summed(
    found: Figures, key: Callable[[Any], Any], name: Callable[[Any], str]
) -> list[Line]:
    """Sum figures and hours by a key, in the order of the keys."""
    lines: dict[Any, Line] = {}
    for one in _sorted((*found.figures, *found.hours), key):
        line = lines.setdefault(key(one), Line(name(key(one))))
        line.hours += getattr(one, "hours", 0)
        for count in COUNTS:
            line.counts[count] += getattr(one, count, 0)
    return list(lines.values())


def _sorted(cells: Iterable[Any], key: Callable[[Any], Any]) -> list[Any]:
    return sorted(cells, key=lambda cell: key(cell) or "")
