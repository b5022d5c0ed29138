"""The pictures of a comparison: each shows one thing of all policies, averaged over the seeds."""

from collections.abc import Sequence

import numpy as np

from services.matching.simulation.curves import HOURS, MAILS, PERCENT
from services.matching.simulation.drawing import Axis, Chart, Line
from services.matching.simulation.results import Result


def pictures_of(results: Sequence[Result]) -> dict[str, str]:
    """File names and what is in them. `results` are of one world and not empty."""
    charts = {
        "fill_over_the_year.svg": _year(results),
        "hours_to_fill.svg": _hours(results),
        "mails_a_volunteer.svg": _mails(results),
        "lorenz_mails.svg": _lorenz(results, "mails"),
        "lorenz_places.svg": _lorenz(results, "places"),
    }
    return {name: chart.svg() for name, chart in charts.items()}


def _where(results: Sequence[Result]) -> str:
    first = results[0]
    people = first.world.volunteers.count
    seeds = "one seed" if len(first.seeds) == 1 else f"mean of {len(first.seeds)} seeds"
    return f"World “{first.world.name}”: {people} volunteers, {seeds}."


def _year(results: Sequence[Result]) -> Chart:
    months = len(results[0].curves.fill_by_month)
    xs = np.arange(1, months + 1).tolist()
    return Chart(
        "How much is filled as the year goes by",
        f"{_where(results)} Places filled of those posted in each 28 days.",
        Axis("month of 28 days", 1, max(2, months), step=1),
        Axis("places filled", 0, 1, percent=True, step=0.2),
        [Line(one.policy, xs, one.curves.fill_by_month.tolist()) for one in results],
    )


def _hours(results: Sequence[Result]) -> Chart:
    return Chart(
        "How fast places are filled",
        f"{_where(results)} Places filled within so many hours of the request.",
        Axis("hours after the request was posted", 0, float(HOURS[-1]), step=24),
        Axis("filled, of all places", 0, 1, percent=True, step=0.2),
        [
            Line(one.policy, HOURS.tolist(), one.curves.filled_within.tolist())
            for one in results
        ],
    )


def _mails(results: Sequence[Result]) -> Chart:
    return Chart(
        "How many mails a volunteer gets",
        f"{_where(results)} Volunteers who get more than so many mails in 28 days.",
        Axis("mails in 28 days, on average", 0, float(MAILS[-1]), step=2),
        Axis("of the volunteers get more", 0, 1, percent=True, step=0.2),
        [Line(one.policy, MAILS.tolist(), one.curves.mailed_more.tolist()) for one in results],
    )


def _lorenz(results: Sequence[Result], what: str) -> Chart:
    even = Line("the same for all", [0, 100], [0, 1])
    return Chart(
        f"How evenly the {what} are spread",
        f"{_where(results)} Lorenz curves: the further below the straight line, the less even.",
        Axis(f"volunteers, fewest {what} first, in percent", 0, 100, step=10),
        Axis(f"of all {what}", 0, 1, percent=True, step=0.2),
        [
            *(
                Line(
                    one.policy,
                    PERCENT.tolist(),
                    (
                        one.curves.lorenz_mails if what == "mails" else one.curves.lorenz_tasks
                    ).tolist(),
                )
                for one in results
            ),
            even,
        ],
    )
