"""Imports against real services: once is once, dry runs store nothing, a bad row stops nothing."""

import asyncio
import dataclasses
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from infra.importing.run import AT_ONCE, RowResult, import_rows
from infra.importing.tables import read_table
from services.network.main import create_app as create_network
from services.network.settings import NetworkSettings
from services.profiles.main import create_app as create_profiles
from services.profiles.settings import ProfilesSettings
from services.requests.main import create_app as create_requests
from services.requests.settings import RequestsSettings
from shared.contracts.profiles import EraseVolunteer
from shared.messaging.asking import Replied, Unavailable
from tests.people_builders import NOON, a_key, set_clock
from tests.servers import District

pytestmark = pytest.mark.integration

VOLUNTEERS = """\
first_name;last_name;email;postcode;languages;availability;consented_on;checks;note
Amal;Feldquell;amal@freiwillige.example;4600;ar:native, de:B2;mo 18-20;15.01.2026;;neu
Bernd;Waldtal;bernd@freiwillige.example;04600;de:native;;;;
Clara;Bergsee;clara@freiwillige.example;99999;;;;;
Darius;Auenland;darius@freiwillige.example;04600;;;2026-01-15;confidentiality:31.12.2030;
"""
ORGANISATIONS = """\
name,kind,contact_first_name,contact_last_name,email,postcode
Begegnungshaus,association,Karla,Vereinsfrau,kontakt@verein.example,04600
Bachschule,school,Jan,Lehrer,info@schule.example,04626
"""
REQUESTS = """\
organisation_email;kind;field;title;description;places;postcode;contact_name;contact_phone;slots
kontakt@verein.example;single;language;Sprachcafé;Reden;2;4600;Jana Ansprechbar;03447 800800;01.12.2026 18:00-20:00
nobody@verein.example;single;language;Sprachcafé;Reden;2;04600;;;01.12.2026 18:00-20:00
kontakt@verein.example;single;language;Gestern;Reden;2;04600;Wer Weg;03447 800801;01.11.2026 18:00-20:00
kontakt@verein.example;single;language;Garten;Graben;2;04600;;03447 800802;01.12.2026 18:00-20:00
INFO@schule.example;event_help;education;Schulfest;Grillen;3;04626;;;2026-12-05T10:00/12:00
"""

FAULTY = {
    "organisations": """\
name,kind,contact_first_name,contact_last_name,email,postcode
Bachschule,Schule,Jan,,neu@schule.example,4
Sportverein,association,Ute,Vereinsfrau,sport@verein.example,04600
Chor,Verein,Ute,Vereinsfrau,chor@verein.example,04600
""",
    "volunteers": """\
first_name;email;postcode;radius_km;asks_per_week;languages;travel
Amal;amal@freiwillige.example;99999;weit;77;ar:C2,xx:B1;car,Rakete
Bernd;bernd@freiwillige.example;04600;10;2;de:native;car
Clara;clara@freiwillige.example;04600;weit;;;
""",
    "requests": """\
organisation_email;kind;field;title;places;postcode;contact_name;contact_phone;slots;remote
x@verein.example;einmal;language;Garten;zwei;;www.x.example;03447;"bald;01.11.2026 18:00-20:00";jain
kontakt@verein.example;single;language;Garten;2;04600;Jana;03447 800800;01.12.2026 18:00-20:00;
kontakt@verein.example;single;language;Hof;2;04600;Karla;;01.12.2026 18:00-20:00;jain
""",
}
"""In each a row with faults of several kinds, a good one, and one that its owner would take."""
KINDS = "This is not one of the choices; give office, association, school, employer, parish or other."
TOLD = {
    "organisations": [
        (2, "kind", "B", "", KINDS),
        (2, "contact_last_name", "D", "", "this must not be empty"),
        (2, "postcode", "F", "", "a postcode has five digits"),
        (4, "kind", "B", "", KINDS),
    ],
    "volunteers": [
        (2, "postcode", "C", "", "this postcode is neither in the district nor next to it"),
        (2, "radius_km", "D", "", "write a whole number"),
        (2, "asks_per_week", "E", "", "This is too large; give at most 14."),
        (2, "languages", "F", "2.tag", "no language has this tag"),
        (2, "travel", "G", "2", "This is not one of the choices; give foot, bicycle, car or public_transport."),
        (4, "radius_km", "D", "", "write a whole number"),
    ],
    "requests": [
        (2, "organisation_email", "A", "", "no organisation has this address; import organisations first"),
        (2, "kind", "B", "", "This is not one of the choices; give single, series, tandem, interpreting or event_help."),
        (2, "places", "E", "", "write a whole number"),
        (2, "contact_name", "G", "", "write a name, without addresses"),
        (2, "contact_phone", "H", "", "this number has too few or too many digits"),
        (2, "slots", "I", "1", "write 2026-12-02T18:00/2026-12-02T20:00 or 02.12.2026 18:00-20:00"),
        (2, "slots", "I", "2.starts_at", "This time is over; give one that is still to come."),
        (2, "remote", "J", "", "write yes or no"),
        (4, "remote", "J", "", "write yes or no"),
    ],
}  # fmt: skip
STORED = {
    "organisations": "network.organisations",
    "volunteers": "profiles.volunteers",
    "requests": "requests.requests",
}


@pytest.fixture
async def services(district: District) -> District:
    set_clock(district, NOON)
    await district.start(create_profiles, ProfilesSettings)
    await district.start(create_network, NetworkSettings)
    await district.start(create_requests, RequestsSettings)
    return district


@pytest.fixture
def import_text(services: District, tmp_path: Path):
    async def import_one(kind: str, text: str, *, dry_run: bool = False) -> list[RowResult]:
        path = tmp_path / f"{kind}.csv"
        path.write_text(text)
        return await import_file(services, kind, path, dry_run=dry_run)

    return import_one


async def import_file(
    district: District, kind: str, path: Path, *, dry_run: bool = False
) -> list[RowResult]:
    asker = await district.asker("cli")
    results = [
        result async for result in import_rows(kind, read_table(path), asker, dry_run=dry_run)
    ]
    return sorted(results, key=lambda result: result.line)


def places(results: list[RowResult]) -> list[tuple[int, str]]:
    return [(problem.line, problem.column) for row in results for problem in row.problems]


def known(results: list[RowResult]) -> list[int]:
    return [row.line for row in results if row.known]


async def rows_in(district: District, table: str) -> list[dict[str, Any]]:
    found = await district.sql(f"SELECT * FROM {table}")  # noqa: S608  our own names
    return [dict(row) for row in found]


async def messages_of(district: District) -> int:
    """How many messages the three services have made."""
    owners = ("profiles", "network", "requests")
    return sum([len(await rows_in(district, f"{owner}.outbox")) for owner in owners])


async def test_volunteers_are_known_with_a_consent_and_unconfirmed_without(
    services, import_text
):
    results = await import_text("volunteers", VOLUNTEERS)

    assert places(results) == [(4, "postcode")]
    people = {row["first_name"]: row for row in await rows_in(services, "profiles.volunteers")}
    assert {name: row["state"] for name, row in people.items()} == {
        "Amal": "active",
        "Bernd": "unconfirmed",
        "Darius": "active",
    }
    assert people["Amal"]["known_since"] is not None
    assert people["Bernd"]["known_since"] is None
    (check,) = await rows_in(services, "profiles.volunteer_checks")
    assert check["volunteer_id"] == people["Darius"]["volunteer_id"]


@pytest.mark.parametrize(
    "again",
    [
        VOLUNTEERS,
        VOLUNTEERS.replace(";neu", ";schon da"),
        VOLUNTEERS.replace("15.01.2026", "2026-01-15").replace("mo 18-20", "mon 18:00-20:00"),
        VOLUNTEERS.replace("ar:native, de:B2", "ar:C1"),
        VOLUNTEERS.replace("amal@freiwillige.example", "AMAL@Freiwillige.example"),
    ],
)
async def test_volunteers_imported_twice_are_there_once(services, import_text, again):
    first = await import_text("volunteers", VOLUNTEERS)
    second = await import_text("volunteers", again)

    assert known(first) == []
    assert known(second) == [2, 3, 5]
    assert len(await rows_in(services, "profiles.volunteers")) == 3


async def test_organisations_are_verified_and_imported_twice_there_once(services, import_text):
    first = await import_text("organisations", ORGANISATIONS)
    second = await import_text("organisations", ORGANISATIONS.replace("Bachschule", "Schule"))

    assert (known(first), known(second)) == ([], [2, 3])
    found = await rows_in(services, "network.organisations")
    assert [row["state"] for row in found] == ["verified", "verified"]


async def test_requests_name_what_refuses_them_and_the_others_go_in(services, import_text):
    await import_text("organisations", ORGANISATIONS)

    results = await import_text("requests", REQUESTS)

    assert places(results) == [(3, "organisation_email"), (4, "slots"), (5, "contact_name")]
    found = await rows_in(services, "requests.requests")
    assert sorted(row["places"] for row in found) == [2, 3]

    async def all_open() -> bool:
        states = {row["state"] for row in await rows_in(services, "requests.requests")}
        return states == {"open"}

    await services.until(all_open)
    contacts = await rows_in(services, "network.handover_contacts")
    assert [row["name"] for row in contacts] == ["Jana Ansprechbar"], "none of a refused row"


@pytest.mark.parametrize(
    "again",
    [
        REQUESTS,
        REQUESTS.replace("Reden", "Reden und zuhören").replace("800800", "800809"),
        REQUESTS.replace("01.12.2026 18:00-20:00", "2026-12-01T17:00:00Z/2026-12-01T19:00:00Z"),
        REQUESTS.replace("kontakt@verein", "Kontakt@VEREIN"),
    ],
)
async def test_requests_imported_twice_are_there_once(services, import_text, again):
    await import_text("organisations", ORGANISATIONS)
    first = await import_text("requests", REQUESTS)
    second = await import_text("requests", again)

    assert (known(first), known(second)) == ([], [2, 6])
    assert len(await rows_in(services, "requests.requests")) == 2


async def test_a_dry_run_tells_the_same_and_stores_nothing(services, import_text):
    await import_text("organisations", ORGANISATIONS)
    before = await messages_of(services)

    people = await import_text("volunteers", VOLUNTEERS, dry_run=True)
    offices = await import_text(
        "organisations",
        ORGANISATIONS.replace("kontakt@", "").replace("info@", "neu@"),
        dry_run=True,
    )
    asked = await import_text("requests", REQUESTS, dry_run=True)

    assert places(people) == [(4, "postcode")]
    assert places(offices) == [(2, "email")]
    assert places(asked) == [(3, "organisation_email"), (4, "slots"), (5, "contact_name")]
    for table in ("profiles.volunteers", "requests.requests", "network.handover_contacts"):
        assert await rows_in(services, table) == [], table
    assert len(await rows_in(services, "network.organisations")) == 2
    assert await messages_of(services) == before


@pytest.mark.parametrize("dry_run", [True, False])
@pytest.mark.parametrize("kind", FAULTY)
async def test_every_bad_cell_of_a_row_is_told_in_one_run_whoever_finds_it(
    services, import_text, kind, dry_run
):
    await import_text("organisations", ORGANISATIONS)
    before = len(await rows_in(services, STORED[kind]))

    results = await import_text(kind, FAULTY[kind], dry_run=dry_run)

    problems = [problem for row in results for problem in row.problems]
    assert [dataclasses.astuple(problem) for problem in problems] == TOLD[kind]
    stored = len(await rows_in(services, STORED[kind])) - before
    assert stored == (0 if dry_run else 1)
    contacts = await rows_in(services, "network.handover_contacts")
    kept = ["Jana"] if kind == "requests" and not dry_run else []
    assert [row["name"] for row in contacts] == kept


async def test_an_erased_volunteer_can_be_imported_again(services, import_text):
    await import_text("volunteers", VOLUNTEERS)
    admin = await services.asker("admin")
    person = (await rows_in(services, "profiles.volunteers"))[0]["volunteer_id"]
    outcome = await admin.send(EraseVolunteer(command_key=a_key(), volunteer_id=person))
    assert isinstance(outcome, Replied)

    again = await import_text("volunteers", VOLUNTEERS)

    assert len(known(again)) == 2
    assert len(await rows_in(services, "profiles.volunteers")) == 3


async def test_a_spreadsheet_says_the_same_as_its_csv(services, import_text, tmp_path):
    await import_text("volunteers", VOLUNTEERS)
    book = Workbook()
    for line in VOLUNTEERS.splitlines():
        book.active.append([int(c) if c.isdigit() else c or None for c in line.split(";")])
    book.save(tmp_path / "people.xlsx")

    again = await import_file(services, "volunteers", tmp_path / "people.xlsx")

    assert known(again) == [2, 3, 5]
    assert [problem.letter for row in again for problem in row.problems] == ["D"]


async def test_what_an_interrupted_import_left_is_completed_by_the_next(services, tmp_path):
    path = tmp_path / "people.csv"
    rows = [f"P;Nummer {number};p{number}@p.example;04600" for number in range(60)]
    path.write_text("\n".join(["first_name;last_name;email;postcode", *rows]))
    asker = await services.asker("cli")
    importing = import_rows("volunteers", read_table(path), asker, dry_run=False)
    for _ in range(20):
        await anext(importing)
    await importing.aclose()
    half = len(await rows_in(services, "profiles.volunteers"))
    assert 20 <= half < 60

    again = await import_file(services, "volunteers", path)

    assert not any(row.refused for row in again)
    assert len(known(again)) >= half
    assert len(await rows_in(services, "profiles.volunteers")) == 60


async def test_an_import_waits_for_a_service_that_comes_back(district, tmp_path):
    path = tmp_path / "organisations.csv"
    path.write_text(ORGANISATIONS)
    importing = asyncio.create_task(import_file(district, "organisations", path))
    await asyncio.wait({importing}, timeout=0.2)
    assert not importing.done()

    await district.start(create_network, NetworkSettings)

    assert not any(row.refused for row in await importing)


async def test_an_import_without_services_ends_and_says_so(district, tmp_path):
    path = tmp_path / "organisations.csv"
    path.write_text(
        ORGANISATIONS.splitlines()[0] + "\n" + "A,school,B,C,a@b.example,04600\n" * 3
    )

    with pytest.raises(Unavailable):
        await import_file(district, "organisations", path)
    assert AT_ONCE > 3, "ended although fewer rows than go at once failed"
