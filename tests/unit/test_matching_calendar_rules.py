from datetime import UTC, datetime, timedelta

from services.matching.domain.agenda import lay_out
from services.matching.domain.exclusions import Reason
from services.matching.domain.ranking import rank
from services.matching.domain.roster import Absence
from services.matching.domain.rules import exclusions
from shared.kernel.fields import Check, Kind
from shared.kernel.slots import Slot
from shared.kernel.weeks import Week
from tests.unit.matching_builders import (
    NOW,
    TUNING,
    a_date,
    a_need,
    a_person,
    a_slot,
    volunteer,
)

MONDAY_FORENOONS = Week.parse("mon 08:00-13:00")


def reasons(need, person, now=NOW):
    return {e.reason for e in exclusions(lay_out(need, now, TUNING), person)}


def the_exclusion(need, person, now=NOW):
    (found,) = exclusions(lay_out(need, now, TUNING), person)
    return found


A_SERIES = a_need(kind=Kind.SERIES, slots=tuple(a_slot(7 * week) for week in range(1, 11)))


def test_a_check_must_hold_on_the_last_date_not_today():
    need = a_need(checks=frozenset({Check.CONDUCT_CERTIFICATE}))
    day_before = a_person(checks={Check.CONDUCT_CERTIFICATE: a_date("2026-03-08")})
    on_the_day = a_person(checks={Check.CONDUCT_CERTIFICATE: a_date("2026-03-09")})
    endless = a_person(checks={Check.CONDUCT_CERTIFICATE: None})

    found = the_exclusion(need, day_before)

    assert found.reason is Reason.CHECK_EXPIRED
    assert found.details["valid_until"] == a_date("2026-03-08")
    assert found.details["needed_on"] == a_date("2026-03-09")
    assert reasons(need, on_the_day) == set()
    assert reasons(need, endless) == set()


def test_a_task_that_ends_at_midnight_needs_a_check_of_that_day_only():
    until_midnight = Slot(
        datetime(2026, 3, 9, 19, tzinfo=UTC), datetime(2026, 3, 9, 23, tzinfo=UTC)
    )
    need = a_need(slots=(until_midnight,), checks=frozenset({Check.TRAINING}))

    assert reasons(need, a_person(checks={Check.TRAINING: a_date("2026-03-09")})) == set()


def test_a_series_fits_at_eighty_percent_and_names_the_clashes():
    two_away = (
        Absence(a_date("2026-03-09"), a_date("2026-03-10")),
        Absence(a_date("2026-04-01"), a_date("2026-04-06")),
    )
    three_away = (*two_away, Absence(a_date("2026-05-01"), a_date("2026-05-05")))

    ranking = rank(
        A_SERIES,
        [a_person(1, absences=two_away), a_person(2, absences=three_away)],
        NOW,
        TUNING,
    )

    (candidate,) = ranking.candidates
    assert candidate.volunteer_id == volunteer(1)
    assert candidate.clashes == (A_SERIES.slots[0], A_SERIES.slots[4])
    assert ranking.excluded() == {volunteer(2): (Reason.NOT_FREE,)}
    (found,) = exclusions(lay_out(A_SERIES, NOW, TUNING), a_person(absences=three_away))
    assert found.details == {"dates": 10, "clashes": 3}


def test_of_five_dates_one_may_be_missed_and_of_four_none():
    away_once = a_person(absences=(Absence(a_date("2026-03-09"), a_date("2026-03-09")),))

    def series(dates):
        slots = tuple(a_slot(7 * week) for week in range(1, dates + 1))
        return a_need(kind=Kind.SERIES, slots=slots)

    assert reasons(series(5), away_once) == set()
    assert reasons(series(4), away_once) == {Reason.NOT_FREE}


def test_one_overlapping_date_of_a_series_is_one_too_many():
    holds_another = a_person(held=(a_slot(70, hours=1),))

    assert reasons(A_SERIES, holds_another) == {Reason.OVERLAPPING_PLACE}


def test_dates_that_touch_do_not_overlap():
    before = Slot(NOW + timedelta(days=7, hours=-1), NOW + timedelta(days=7))

    assert reasons(a_need(), a_person(held=(before,))) == set()


def test_weekly_times_follow_the_wall_clock_through_the_change_to_summer_time():
    """09:00 UTC is 10:00 in winter and 11:00 in summer time (from 29 March 2026)."""
    ten_to_noon = a_person(availability=Week.parse("mon 10:00-12:00"))
    in_winter = a_need(slots=(a_slot(at=datetime(2026, 3, 16, 9, tzinfo=UTC)),))
    in_summer = a_need(slots=(a_slot(at=datetime(2026, 3, 23, 9, tzinfo=UTC)),))

    assert reasons(in_winter, ten_to_noon) == set()
    assert reasons(in_summer, ten_to_noon) == {Reason.NOT_FREE}


def test_a_night_in_which_the_clocks_change_asks_only_for_hours_that_exist():
    night = Slot(datetime(2026, 3, 28, 23, tzinfo=UTC), datetime(2026, 3, 29, 4, tzinfo=UTC))
    all_but_the_skipped_hour = Week.parse("sun 00:00-02:00;sun 03:00-06:00")

    found = reasons(a_need(slots=(night,)), a_person(availability=all_but_the_skipped_hour))

    assert found == set()


def test_of_weekly_nights_only_the_one_in_which_the_clocks_change_is_shorter():
    starts = [datetime(2026, 3, day, 23, tzinfo=UTC) for day in (7, 14, 21, 28)]
    nights = tuple(
        Slot(start, start + timedelta(hours=5 if start.day == 28 else 6)) for start in starts
    )
    all_but_the_skipped_hour = Week.parse("sun 00:00-02:00;sun 03:00-06:00")

    found = the_exclusion(
        a_need(kind=Kind.SERIES, slots=nights),
        a_person(availability=all_but_the_skipped_hour),
    )

    assert found.details == {"dates": 4, "clashes": 3}


def test_the_hours_of_a_week_count_the_places_already_held_in_it():
    same_week = a_slot(8, hours=3)
    week_after = a_slot(15, hours=3)

    assert reasons(a_need(), a_person(hours_per_week=4, held=(same_week,))) == {
        Reason.HOURS_USED_UP
    }
    assert reasons(a_need(), a_person(hours_per_week=4, held=(week_after,))) == set()
    assert reasons(a_need(), a_person(hours_per_week=5, held=(same_week,))) == set()


def test_a_series_in_progress_asks_for_its_remaining_dates_only():
    away_at_first = a_person(
        absences=(Absence(a_date("2026-03-01"), a_date("2026-04-13")),),
        availability=MONDAY_FORENOONS,
    )
    after_six_dates = NOW + timedelta(days=6 * 7, hours=1)

    assert reasons(A_SERIES, away_at_first) == {Reason.NOT_FREE}
    assert reasons(A_SERIES, away_at_first, now=after_six_dates) == set()
