"""Weekly times between two days, in the district's wall time."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from services.requests.domain.content import Content
from services.requests.domain.need import Need, need_of
from shared.district import load_district
from shared.kernel.errors import Refusal
from shared.kernel.fields import Field, Kind

DISTRICT = load_district()
NOW = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)  # a Monday
TOMORROW = NOW + timedelta(days=1)


def a_slot(days: float = 1, hours: float = 2) -> tuple[datetime, datetime]:
    start = NOW + timedelta(days=days)
    return start, start + timedelta(hours=hours)


def a_content(**more: object) -> Content:
    content = Content(
        kind=Kind.SERIES,
        field=Field.LANGUAGE,
        title="Deutsch üben",
        places=2,
        postcode="04600",
        slots=(a_slot(),),
    )
    return replace(content, **more)


def weekly(*entries: tuple[int, str, str]) -> tuple[dict[str, object], ...]:
    return tuple({"weekday": day, "from": start, "to": end} for day, start, end in entries)


def errors_of(content: Content, **more: object) -> dict[str, str]:
    """Codes by field of a content that must be refused."""
    with pytest.raises(Refusal) as caught:
        need_of(content, DISTRICT, NOW, **more)
    found = [(error.field, error.code) for error in caught.value.errors]
    assert len({field for field, _ in found}) == len(found)
    return dict(found)


def need(content: Content) -> Need:
    return need_of(content, DISTRICT, NOW)[0]


def test_they_keep_their_wall_time_when_the_clocks_change():
    found = need(
        a_content(
            slots=(),
            weekly=weekly((6, "18:00", "20:00")),
            starts_on=date(2026, 10, 18),
            ends_on=date(2026, 11, 1),
        )
    )

    local = [slot.starts_at.astimezone(DISTRICT.timezone) for slot in found.slots]
    assert [(t.day, t.hour) for t in local] == [(18, 18), (25, 18), (1, 18)]
    assert [slot.starts_at.hour for slot in found.slots] == [16, 17, 17]


def test_times_of_today_that_are_over_are_left_out():
    content = a_content(
        slots=(),
        weekly=weekly((0, "09:00", "10:00")),
        starts_on=NOW.date(),
        ends_on=NOW.date() + timedelta(weeks=2),
    )

    found, kept = need_of(content, DISTRICT, NOW)

    assert len(found.slots) == 2
    assert kept.starts_on == date(2026, 5, 11)
    # The day after, the same content may be sent back with other words.
    assert need_of(kept, DISTRICT, NOW + timedelta(days=1))[0] == found


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"starts_on": None}, "starts_on", "requests.required"),
        ({"ends_on": None}, "ends_on", "requests.required"),
        ({"starts_on": date(2026, 5, 3)}, "starts_on", "requests.slot_in_the_past"),
        ({"ends_on": date(2026, 5, 4)}, "ends_on", "slots.series_unclear"),
        ({"ends_on": date(9999, 1, 1)}, "ends_on", "slots.year_out_of_reach"),
        ({"starts_on": date(9999, 12, 31)}, "starts_on", "slots.year_out_of_reach"),
        ({"weekly": weekly((7, "18:00", "20:00"))}, "weekly.0.weekday", "weeks.unclear"),
        ({"weekly": weekly((1, "25:00", "26:00"))}, "weekly.0.from", "weeks.unclear"),
        ({"weekly": weekly((1, "18:00", "18:00"))}, "weekly.0.to", "weeks.unclear"),
        (
            {"weekly": weekly((1, "18:00", "20:00"), (1, "19:00", "21:00"))},
            "weekly.1",
            "requests.slots_overlap",
        ),
        (
            {"weekly": weekly((6, "22:00", "02:00"), (0, "01:00", "03:00"))},
            "weekly.1",
            "requests.slots_overlap",
        ),
        (
            {"weekly": weekly((5, "18:00", "20:00")), "ends_on": date(2026, 5, 6)},
            "weekly",
            "slots.series_unclear",
        ),
        (
            {"weekly": weekly((1, "1:00", "2:00")) * 22},
            "weekly",
            "requests.too_many_entries",
        ),
        (
            {
                "weekly": weekly(*((day, "08:00", "09:00") for day in range(7))),
                "ends_on": date(2026, 9, 30),
            },
            "weekly",
            "requests.too_many_dates",
        ),
        ({"slots": (a_slot(),)}, "weekly", "requests.slots_or_weekly"),
        ({"kind": Kind.SINGLE}, "weekly", "requests.several_days"),
    ],
)
def test_a_slip_is_refused_by_the_name_of_its_field(change, field, code):
    content = {
        "slots": (),
        "weekly": weekly((1, "18:00", "20:00")),
        "starts_on": date(2026, 5, 5),
        "ends_on": date(2026, 6, 5),
    }

    assert errors_of(a_content(**(content | change))) == {field: code}


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"starts_on": date(2026, 5, 3), "ends_on": None}, {"starts_on", "ends_on"}),
        (
            {"starts_on": date(3026, 5, 5), "ends_on": date(3026, 6, 5)},
            {"starts_on", "ends_on"},
        ),
        (
            {"weekly": weekly((1, "25:00", "26:00")), "ends_on": date(2026, 5, 4)},
            {"weekly.0.from", "ends_on"},
        ),
        (
            {"kind": Kind.TANDEM, "starts_on": date(3026, 5, 5), "ends_on": None},
            {"starts_on"},
        ),
    ],
)
def test_slips_of_several_fields_are_told_at_once(change, fields):
    content = {
        "slots": (),
        "weekly": weekly((1, "18:00", "20:00")),
        "starts_on": date(2026, 5, 5),
        "ends_on": date(2026, 6, 5),
    }

    assert set(errors_of(a_content(**(content | change)))) == fields


def test_the_week_of_a_tandem_may_go_on_without_a_last_day():
    found = need(
        a_content(
            kind=Kind.TANDEM,
            slots=(),
            weekly=weekly((2, "17:00", "18:00")),
            starts_on=date(2026, 5, 6),
        )
    )

    assert found.open_ended
    assert len(found.slots) == 27
