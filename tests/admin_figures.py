"""Figures as `reporting` and `matching` tell them, for the coordinators' pages."""

from datetime import timedelta

from shared.contracts import matching, reporting
from tests.admin_stage import NOW, Stage

FIGURES = reporting.Figures(
    figures=(
        reporting.Figure(
            month="2026-10",
            field="education",
            municipality="goessnitz",
            requests=4,
            places=9,
            filled=7,
            invitations=31,
            yes=8,
            completed=3,
        ),
        reporting.Figure(
            month="2026-11", field="education", requests=1, places=1, invitations=2
        ),
        reporting.Figure(
            month="2026-11",
            field="health",
            municipality="langenleuba_niederhain",
            requests=12,
            places=20,
            filled=18,
            invitations=77,
            yes=21,
            completed=10,
        ),
    ),
    hours=(
        reporting.HoursFigure(
            month="2026-11", field="health", municipality="langenleuba_niederhain", hours=46
        ),
    ),
)

REPORT = matching.EngineReport(
    since=NOW - timedelta(days=365),
    until=NOW,
    by_engine=matching.Foretold(
        asks=412, expected=104.2, came=111, brier=0.171, brier_of_average=0.197
    ),
    by_hand=matching.Foretold(asks=20, expected=6.3, came=9, brier=0.2, brier_of_average=0.248),
    bands=tuple(
        matching.ChanceBand(foretold=tenth / 20, came=tenth / 18, asks=41)
        for tenth in range(1, 11)
    ),
    waves=17,
    waves_unchanged=12,
    positions=tuple(
        matching.Position(position=at, proposed=18 - at, approved=17 - at)
        for at in range(1, 11)
    ),
    hand_picks=matching.HandPicks(
        picks=14,
        first_three=6,
        first_ten=11,
        median_rank=4.5,
        against_rules={"knows_them": 3, "wished_by_organisation": 2},
        left_out={"does_not_fit": 5},
    ),
)


def furnish_figures(stage: Stage) -> None:
    """Fill in a year of figures and the engine's report."""
    stage.answers |= {
        reporting.FiguresBetween: lambda _: FIGURES,
        matching.ShowEngineReport: lambda _: REPORT,
    }
