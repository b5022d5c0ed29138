"""Whichever cells of a row are bad: their owner's rules tell no more and no less because of it."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.importing.cells import Several
from infra.importing.columns import COLUMNS
from infra.importing.rows import Reading, read_row
from infra.importing.tables import CellMalformed, TableRow
from services.network.domain.registration import check_organisation
from services.profiles.domain.registration import (
    check_consent,
    check_consent_text,
    check_description,
    check_held,
)
from services.requests.domain.need import need_of
from services.requests.handlers.wire import content_from
from shared.contracts.network import RegisterOrganisation
from shared.contracts.profiles import RegisterVolunteer
from shared.contracts.requests import RequestContent
from shared.district import load_district
from shared.kernel.errors import Refusal
from shared.kernel.findings import Findings

DISTRICT = load_district()
NOW = datetime(2026, 11, 23, 11, tzinfo=UTC)

PERSON = {
    "first_name": "Amal",
    "last_name": "Feldquell",
    "email": "amal@freiwillige.example",
    "postcode": "4600",
}
VOLUNTEER = PERSON | {
    "phone": "03447 800800",
    "channel": "phone",
    "locale": "ar",
    "municipality": "Altenburg",
    "radius_km": "10",
    "travel": "foot;car",
    "languages": "ar:native;de:B2",
    "fields": "language;work",
    "skills": "baking",
    "availability": "mo 18-20;sa 9-12",
    "absences": "24.12.2026;2027-02-01/2027-02-08",
    "asks_per_week": "2",
    "hours_per_week": "4",
    "gender": "female",
    "shares": "phone",
    "consent_version": "2026-11",
    "consented_on": "15.01.2026",
    "checks": "confidentiality:31.12.2030",
}
ORGANISATION = {
    "name": "Begegnungshaus",
    "kind": "association",
    "contact_first_name": "Karla",
    "contact_last_name": "Vereinsfrau",
    "email": "kontakt@verein.example",
    "phone": "03447 800800",
    "locale": "de",
    "postcode": "04600",
    "municipality": "Altenburg",
}
CAFE = {
    "organisation_email": "kontakt@verein.example",
    "kind": "single",
    "field": "language",
    "title": "Sprachcafé",
    "places": "2",
    "postcode": "04600",
    "municipality": "Altenburg",
    "slots": "01.12.2026 10:00-12:00;01.12.2026 18:00-20:00",
    "answer_by": "2026-11-28T12:00",
    "languages": "ar:B1",
    "skills": "baking",
    "checks": "training",
    "urgent": "ja",
    "remote": "nein",
}
SHORT = "mo 18-20;di 18-20;do 18-20"
TWO_DAYS = "01.12.2026 18:00-20:00;02.12.2026 18:00-20:00"
SPANNED = {"starts_on": "01.12.2026", "ends_on": "31.01.2027"}
WEEKLY = {name: cell for name, cell in CAFE.items() if name != "slots"} | {
    "kind": "series",
    "weekly": "mo 18-20;do 18-20",
}
OFFICE = {"organisation_email": "kontakt@verein.example", "postcode": "04600", "places": "2"}
GOOD: list[tuple[str, dict[str, str]]] = [
    ("volunteers", PERSON),
    ("volunteers", PERSON | {"channel": "email", "shares": "email"}),
    ("volunteers", {"first_name": "Amal", "phone": "03447 800800", "postcode": "04600"}),
    ("volunteers", VOLUNTEER),
    ("organisations", ORGANISATION),
    ("requests", CAFE),
    ("requests", {n: c for n, c in CAFE.items() if n != "postcode"} | {"remote": "ja"}),
    ("requests", WEEKLY | SPANNED),
    ("requests", WEEKLY | {"kind": "tandem", "starts_on": "01.12.2026"}),
    # Without a last day they would be more dates than a request can have.
    ("requests", WEEKLY | SPANNED | {"kind": "tandem", "weekly": f"{SHORT};mi 18-20;fr 18-20"}),
    ("requests", OFFICE | {"task": "exam_practice", "slots": CAFE["slots"]}),
    ("requests", OFFICE | {"task": "language_tandem", "weekly": SHORT} | SPANNED),
    # The task alone would be on one day.
    ("requests", OFFICE | {"task": "exam_practice", "kind": "series", "slots": TWO_DAYS}),
]
FAULTS = [
    ("volunteers", VOLUNTEER, {"postcode": "99999"}),
    ("volunteers", VOLUNTEER, {"first_name": "www.x.example"}),
    ("volunteers", VOLUNTEER, {"email": "amal"}),
    ("volunteers", VOLUNTEER, {"skills": "flying"}),
    ("volunteers", VOLUNTEER, {"consented_on": "01.12.2026"}),
    ("volunteers", VOLUNTEER, {"checks": "confidentiality:31.12.2020"}),
    ("volunteers", VOLUNTEER, {"absences": "08.02.2027-01.02.2027"}),
    ("organisations", ORGANISATION, {"postcode": "4"}),
    ("organisations", ORGANISATION, {"email": "kontakt"}),
    ("requests", CAFE, {"places": "0"}),
    ("requests", CAFE, {"postcode": "99999"}),
    ("requests", CAFE, {"slots": "01.11.2026 18:00-20:00"}),
    ("requests", CAFE, {"skills": "flying"}),
    ("requests", CAFE, {"title": "Ruf an: 03447 800800"}),
    ("requests", CAFE, {"answer_by": "01.11.2026 18:00"}),
    ("requests", CAFE, {"ends_on": "01.12.2026"}),
    ("requests", WEEKLY | SPANNED, {"starts_on": "01.11.2026"}),
    ("requests", WEEKLY | SPANNED, {"slots": CAFE["slots"]}),
    ("requests", CAFE, {"weekly": SHORT}),
]


def check_volunteer(values: Mapping[str, Any]) -> None:
    wish = RegisterVolunteer.model_validate(
        {"consent_version": "import"} | dict(values) | {"command_key": "key-0001"}
    )
    found = Findings()
    check_description(wish, DISTRICT, NOW.date(), found)
    check_consent_text(wish.consent_version, found)
    if wish.consented_on is not None:
        check_consent(wish.consented_on, NOW.date(), found)
    check_held(wish.checks, NOW.date(), found)
    found.refuse()


OWNERS: dict[str, Callable[[Mapping[str, Any]], Any]] = {
    "volunteers": check_volunteer,
    "organisations": lambda values: check_organisation(
        RegisterOrganisation.model_validate(dict(values) | {"command_key": "key-0001"}),
        DISTRICT,
    ),
    "requests": lambda values: need_of(
        content_from(RequestContent.model_validate(dict(values))), DISTRICT, NOW
    ),
}


def reading_of(kind: str, cells: Mapping[str, str], bad: Iterable[str]) -> Reading:
    """The row with these cells bad."""
    faults = {name: CellMalformed("x", field=name) for name in bad}
    good = {name: cell for name, cell in cells.items() if name not in faults}
    return read_row(COLUMNS[kind], TableRow(2, good, faults))


def told(kind: str, reading: Reading) -> list[str]:
    """The columns of everything that is wrong, by our reading or by the owner's own rules."""
    try:
        OWNERS[kind](reading.values)
    except Refusal as refusal:
        found = reading.told(refusal.errors)
    else:
        found = reading.findings
    return sorted({(one.field or "").partition(".")[0] for one in found})


@pytest.mark.parametrize(("kind", "cells"), GOOD)
def test_a_good_row_has_nothing_wrong(kind, cells):
    assert told(kind, reading_of(kind, cells, ())) == []


@given(data=st.data())
@pytest.mark.parametrize(("kind", "cells"), GOOD)
def test_of_a_row_that_is_good_elsewhere_only_the_bad_cells_are_told(kind, cells, data):
    bad = data.draw(st.sets(st.sampled_from(sorted(cells))))

    assert told(kind, reading_of(kind, cells, bad)) == sorted(bad)


@pytest.mark.parametrize(("kind", "cells"), GOOD)
def test_of_a_cell_that_is_good_elsewhere_only_the_bad_entry_is_told(kind, cells):
    readers = COLUMNS[kind].readers
    for name in filter(lambda name: isinstance(readers[name], Several), cells):
        for cell in (f"?;{cells[name]}", f"{cells[name]};?", "?"):
            assert told(kind, reading_of(kind, cells | {name: cell}, ())) == [name], cell


@pytest.mark.parametrize(("kind", "cells", "fault"), FAULTS)
def test_beside_any_bad_cell_the_owner_still_finds_what_is_wrong(kind, cells, fault):
    alone = told(kind, reading_of(kind, cells | fault, ()))
    assert alone

    for bad in cells.keys() - fault.keys():
        assert told(kind, reading_of(kind, cells | fault, {bad})) == sorted({bad, *alone}), bad
