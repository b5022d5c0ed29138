"""Rows: what each of them says, what refuses it, and which two ask for the same."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from infra.cli.importing import where
from infra.importing.columns import ORGANISATIONS, REQUESTS, VOLUNTEERS
from infra.importing.rows import Reading, read_row
from infra.importing.run import Problem, doubled_columns, missing_columns, unknown_columns
from infra.importing.sending import request_id_of
from infra.importing.tables import CellMalformed, Table, TableRow
from shared.contracts.profiles import RegisterVolunteer
from shared.contracts.requests import RequestContent
from shared.kernel.errors import Refusal
from shared.kernel.slots import TIMEZONE

OFFICE = UUID("0198f000-0000-7000-8000-000000000001")
SCHOOL = UUID("0198f000-0000-7000-8000-000000000002")
TEN = datetime(2026, 12, 2, 10, 0, tzinfo=TIMEZONE)


def a_table(*columns: str) -> Table:
    return Table(columns, {}, ())


def fields(refusals) -> list[str | None]:
    return [refusal.field for refusal in refusals]


def content(**changes) -> RequestContent:
    return RequestContent.model_validate(
        {
            "kind": "single",
            "field": "language",
            "title": "Café International",
            "description": "Tische rücken",
            "places": 2,
            "postcode": "04600",
            "municipality": "Altenburg",
            "languages": [{"tag": "ar", "level": "B1"}, {"tag": "de", "level": "B1"}],
            "slots": [{"starts_at": TEN, "ends_at": TEN + timedelta(hours=2)}],
            **changes,
        }
    )


def test_columns_are_missing_unknown_or_doubled():
    table = a_table("first_name", "note", "", "note", "email", "email")

    assert unknown_columns("volunteers", table) == ["note"]
    assert missing_columns("volunteers", table) == ["postcode"]
    assert doubled_columns("volunteers", table) == ["email"]


def test_everything_that_cannot_be_read_in_a_row_is_told_at_once():
    row = TableRow(
        7,
        {"postcode": "04600", "radius_km": "weit", "languages": "ar:C2;xx:B1"},
        bad={"phone": CellMalformed("a formula", field="phone")},
    )

    reading = read_row(VOLUNTEERS, row)

    assert fields(reading.findings) == ["first_name", "phone", "radius_km", "languages.1.tag"]


def test_what_is_wrong_leaves_a_stand_in_or_nothing():
    cells = {"postcode": "04600", "radius_km": "weit", "languages": "ar:C2;xx:B1"}

    reading = read_row(VOLUNTEERS, TableRow(7, cells))

    assert reading.values == {
        "first_name": "",
        "postcode": "04600",
        "languages": [{"tag": "ar", "level": "C2"}, {"tag": "und", "level": "A1"}],
    }


def test_what_the_contract_refuses_is_left_out_beside_what_cannot_be_read():
    cells = {"first_name": "A", "postcode": "04600", "radius_km": "weit", "fields": "a;work"}
    cells["checks"] = "training:2030-12-31;x:2030-12-31"
    reading = read_row(VOLUNTEERS, TableRow(7, cells))

    rest = reading.without(
        [Refusal("x", field="fields.0"), Refusal("y", field="checks.1.check")]
    )

    assert fields(rest.findings) == ["radius_km", "fields.0", "checks.1.check"]
    assert set(rest.values) == {"first_name", "postcode", "checks"}
    assert [check["check"] for check in rest.values["checks"]] == ["training", "training"]
    assert RegisterVolunteer.model_validate(
        {**rest.values, "command_key": "key-0001", "consent_version": "1"}
    )


def test_the_owner_is_believed_about_what_it_got_and_not_about_stand_ins():
    cells = {"postcode": "99999", "slots": "bald;01.11.2026 18:00-20:00", "remote": "jain"}
    reading = read_row(REQUESTS, TableRow(7, cells))
    refused = ("postcode", "slots.0.ends_at", "slots.1.starts_at", "slots", "remote", None)

    told = reading.told(Refusal("x", field=field) for field in refused)

    assert fields(told) == [
        *("organisation_email", "places", "remote", "slots.0"),
        *("postcode", "slots.1.starts_at", "slots", None),
    ]


def test_empty_cells_are_unknown_and_not_empty_words():
    reading = read_row(VOLUNTEERS, TableRow(2, {"first_name": "A", "postcode": "4600"}))

    assert reading == Reading(VOLUNTEERS, {"first_name": "A", "postcode": "04600"})


@pytest.mark.parametrize(
    ("columns", "cells"),
    [
        (VOLUNTEERS, {"first_name": "A", "postcode": "04600", "channel": "Email"}),
        (ORGANISATIONS, {"kind": "School", **dict.fromkeys(ORGANISATIONS.required, "School")}),
        (REQUESTS, {"organisation_email": "a@b.example", "places": "1", "kind": "Single"}),
    ],
)
def test_codes_may_begin_with_a_capital(columns, cells):
    reading = read_row(columns, TableRow(2, cells))

    assert reading.findings == ()
    assert {"email", "school", "single"} & set(reading.values.values())


@pytest.mark.parametrize(
    "changes",
    [
        {"description": "Tische rücken und Kuchen aufschneiden"},
        {"places": 3},
        {"meeting_point": "Hof"},
        {"contact_id": SCHOOL},
        {"urgent": True, "reimbursement": True},
        {"title": "  CAFÉ  international"},
        {"municipality": "altenburg"},
        {"languages": [{"tag": "de", "level": "B1"}, {"tag": "ar", "level": "B1"}]},
        {
            "slots": [
                {"starts_at": "2026-12-02T09:00:00Z", "ends_at": "2026-12-02T12:00:00+01:00"}
            ]
        },
    ],
)
def test_a_request_stays_the_same_when_words_or_spelling_change(changes):
    assert request_id_of(OFFICE, content(**changes)) == request_id_of(OFFICE, content())


@pytest.mark.parametrize(
    "changes",
    [
        {"title": "Café"},
        {"kind": "event_help"},
        {"postcode": "04626"},
        {"languages": [{"tag": "uk", "level": "B1"}]},
        {"slots": [{"starts_at": TEN, "ends_at": TEN + timedelta(hours=3)}]},
        {"checks": ["confidentiality"]},
        {"starts_on": "2026-12-02", "slots": [], "ends_on": "2026-12-23"},
    ],
)
def test_a_request_for_something_else_is_another_one(changes):
    assert request_id_of(OFFICE, content(**changes)) != request_id_of(OFFICE, content())


def test_two_organisations_may_ask_for_the_same():
    assert request_id_of(OFFICE, content()) != request_id_of(SCHOOL, content())


@pytest.mark.parametrize(
    ("problem", "text"),
    [
        (Problem(3, "", "", "", "x"), "line 3"),
        (Problem(3, "email", "C", "", "x"), "line 3, column email (C)"),
        (
            Problem(3, "languages", "I", "2.level", "x"),
            "line 3, column languages (I), entry 2 level",
        ),
        (Problem(3, "slots", "", "1.ends_at", "x"), "line 3, column slots, entry 1 ends_at"),
    ],
)
def test_a_place_is_told_as_people_count(problem, text):
    assert where(problem) == text
