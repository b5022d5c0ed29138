"""Cells as people fill them in, German spreadsheets among them, and what refuses them."""

from datetime import UTC, date, datetime

import pytest

from infra.importing import cells
from infra.importing.columns import ORGANISATIONS, REQUESTS, VOLUNTEERS
from shared.contracts.network import RegisterOrganisation
from shared.contracts.profiles import RegisterVolunteer
from shared.contracts.requests import RequestContent
from shared.kernel.errors import Refusal
from shared.kernel.slots import TIMEZONE

EVENING = datetime(2026, 12, 2, 18, 0, tzinfo=TIMEZONE)
LATER = datetime(2026, 12, 2, 20, 0, tzinfo=TIMEZONE)


def refusal(read, cell: str) -> Refusal:
    with pytest.raises(Refusal) as refused:
        read(cell, "column")
    return refused.value


@pytest.mark.parametrize("cell", ["2026-12-31", "31.12.2026"])
def test_days_are_read_in_iso_and_in_german(cell):
    assert cells.day(cell, "starts_on") == date(2026, 12, 31)


@pytest.mark.parametrize("cell", ["31.12.26", "12/31/2026", "31.02.2026", "tomorrow", "46387"])
def test_a_day_that_two_people_could_read_differently_is_refused(cell):
    found = refusal(cells.day, cell)

    assert found.field == "column"
    assert cell not in found.message


@pytest.mark.parametrize("cell", ["ja", "Ja", "JA", "x", "yes", "true", "WAHR", "1"])
def test_yes_has_many_words(cell):
    assert cells.yes_or_no(cell, "urgent") is True


@pytest.mark.parametrize("cell", ["nein", "no", "false", "FALSCH", "0", "-"])
def test_no_has_many_words(cell):
    assert cells.yes_or_no(cell, "urgent") is False


@pytest.mark.parametrize("cell", ["vielleicht", "2", "jain"])
def test_neither_yes_nor_no_is_refused(cell):
    assert refusal(cells.yes_or_no, cell).message == "write yes or no"


@pytest.mark.parametrize("cell", ["12", "0", "007"])
def test_whole_numbers_are_read(cell):
    assert cells.number(cell, "places") == int(cell)


@pytest.mark.parametrize("cell", ["2,5", "2.5", "10 km", "-1", "1.000", "1e3", "²", "1234567"])
def test_what_is_no_whole_number_is_refused(cell):
    assert "whole number" in refusal(cells.number, cell).message


@pytest.mark.parametrize(("cell", "code"), [("4600", "04600"), ("04600", "04600"), ("x", "x")])
def test_the_zero_that_a_spreadsheet_drops_comes_back_to_the_postcode(cell, code):
    assert cells.postcode(cell, "postcode") == code


@pytest.mark.parametrize(
    "cell",
    [
        "2026-12-02T18:00",
        "2026-12-02 18:00",
        "2026-12-02T18:00:00",
        "2026-12-02T18:00+01:00",
        "2026-12-02T17:00:00Z",
        "02.12.2026 18:00",
        "2.12.2026, 18.00 Uhr",
    ],
)
def test_moments_are_wall_time_unless_they_say_otherwise(cell):
    assert cells.moment(cell, "answer_by").astimezone(UTC) == EVENING.astimezone(UTC)


@pytest.mark.parametrize(
    "cell", ["2026-12-02", "18:00", "2026-12-02T25:00", "02.12.2026 18:60"]
)
def test_a_moment_without_a_day_or_a_time_is_refused(cell):
    assert refusal(cells.moment, cell).field == "column"


@pytest.mark.parametrize(
    "cell",
    [
        "2026-12-02T18:00/2026-12-02T20:00",
        "2026-12-02T18:00/20:00",
        "2026-12-02T18:00+01:00/2026-12-02T20:00+01:00",
        "2026-12-02T18:00+01:00/20:00",
        "02.12.2026 18:00-20:00",
        "02.12.2026 18:00 – 20:00 Uhr",
        "02.12.2026, 18.00 bis 20.00",
        "02.12.2026 18:00 - 02.12.2026 20:00",
    ],
)
def test_slots_are_read_as_people_write_them(cell):
    (slot,) = cells.slots(cell, "slots")

    assert slot["starts_at"] == EVENING
    assert slot["ends_at"] == LATER


def test_several_slots_stand_one_after_another():
    found = cells.slots("02.12.2026 18:00-20:00; 2026-12-09T18:00/20:00\n", "slots")

    assert [slot["starts_at"].day for slot in found] == [2, 9]


@pytest.mark.parametrize("cell", ["2026-12-02T18:00", "18:00-20:00", "2026-12-02T18:00/25:00"])
def test_a_slot_without_end_names_its_place_in_the_cell(cell):
    assert refusal(cells.slots, f"02.12.2026 18:00-20:00;{cell}").field == "column.1"


@pytest.mark.parametrize(
    "cell",
    [
        "2026-12-20/2027-01-06",
        "20.12.2026-06.01.2027",
        "20.12.2026 – 6.1.2027",
        "20.12.2026 bis 06.01.2027",
    ],
)
def test_absences_are_read_as_people_write_them(cell):
    assert cells.absences(cell, "absences") == [
        {"from_on": date(2026, 12, 20), "to_on": date(2027, 1, 6)}
    ]


def test_a_single_day_is_an_absence():
    assert cells.absences("24.12.2026;2026-12-31", "absences") == [
        {"from_on": date(2026, 12, 24), "to_on": date(2026, 12, 24)},
        {"from_on": date(2026, 12, 31), "to_on": date(2026, 12, 31)},
    ]


def test_an_absence_that_cannot_be_read_names_its_place_in_the_cell():
    assert refusal(cells.absences, "24.12.2026;Weihnachten").field == "column.1"
    assert refusal(cells.absences, "24.12.2026;31.02.2026").field == "column.1"


@pytest.mark.parametrize("cell", ["a;b", "A; B ;", "a,b", "a\nb"])
def test_lists_are_separated_by_semicolons_commas_or_lines(cell):
    assert cells.codes(cell, "skills") == ["a", "b"]


@pytest.mark.parametrize(
    "cell", ["ar:C2;de:B2", "AR:c2; de:b2", "ar:C2, de:B2", "ar:C2\nde:B2"]
)
def test_languages_have_a_tag_and_a_level(cell):
    assert cells.languages(cell, "languages") == [
        {"tag": "ar", "level": "C2"},
        {"tag": "de", "level": "B2"},
    ]


@pytest.mark.parametrize(
    ("cell", "field"),
    [
        ("ar:C2;klingonisch:B1", "column.1.tag"),
        ("ar:C3", "column.0.level"),
        ("de", "column.0.level"),
    ],
)
def test_a_language_that_cannot_be_read_names_its_place_in_the_cell(cell, field):
    found = refusal(cells.languages, cell)

    assert found.field == field
    assert "klingonisch" not in found.message


@pytest.mark.parametrize(
    "cell",
    [
        "mon 18:00-20:00;sat 09:00-12:00",
        "Mo 18:00-20:00; Sa. 9-12",
        "mo 18.00–20.00, sa 9:00 - 12:00",
        "MON 18-20\nsa 09-12",
    ],
)
def test_weekly_times_have_english_or_german_days(cell):
    assert cells.weekly(cell, "availability") == [
        {"weekday": 0, "from": "18:00", "to": "20:00"},
        {"weekday": 5, "from": "09:00", "to": "12:00"},
    ]


@pytest.mark.parametrize("cell", ["Freitagabend", "fr 18:00", "fr 25:00-26:00", "fr 18-18"])
def test_a_weekly_time_that_cannot_be_read_names_its_place_in_the_cell(cell):
    found = refusal(cells.weekly, f"mo 18-20;{cell}")

    assert (found.field or "").startswith("column.1")
    assert cell not in found.message


def test_checks_have_a_name_and_a_last_valid_day():
    assert cells.held_checks(
        "conduct_certificate:2027-01-31;Confidentiality:31.12.2030", "c"
    ) == [
        {"check": "conduct_certificate", "valid_until": date(2027, 1, 31)},
        {"check": "confidentiality", "valid_until": date(2030, 12, 31)},
    ]


@pytest.mark.parametrize("cell", ["conduct_certificate", "conduct_certificate:bald"])
def test_a_check_without_a_day_names_its_place_in_the_cell(cell):
    assert refusal(cells.held_checks, cell).field == "column.0"


@pytest.mark.parametrize(
    ("read", "cell", "fields"),
    [
        (cells.languages, "xx:B1;de:B2;ar:C3", ["column.0.tag", "column.2.level"]),
        (cells.weekly, "Freitagabend;mo 18-20;fr 25-26", ["column.0", "column.2.from"]),
        (cells.slots, "morgen;02.12.2026 18:00-20:00;bald", ["column.0", "column.2"]),
        (cells.absences, "bald;24.12.2026;31.02.2026", ["column.0", "column.2"]),
        (cells.held_checks, "training;training:2027-01-31;x:bald", ["column.0", "column.2"]),
    ],
)
def test_every_bad_entry_of_a_cell_is_told_at_once(read, cell, fields):
    assert [error.field for error in refusal(read, cell).errors] == fields


def test_every_field_of_a_contract_is_a_column_and_no_other():
    not_a_column = {"command_key", "via", "staff_id", "dry_run", "verified", "contact_id"}
    people = {"organisation_email", "contact_name", "contact_phone"}

    assert set(VOLUNTEERS.readers) == set(RegisterVolunteer.model_fields) - not_a_column
    assert set(ORGANISATIONS.readers) == set(RegisterOrganisation.model_fields) - not_a_column
    assert set(REQUESTS.readers) == set(RequestContent.model_fields) - not_a_column | people
