"""The other commands as an operator runs them, beside one running `bruecke up`."""

import asyncio
import json
import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic
from typing import Any

import asyncpg
import httpx
import nats
import pytest
from nats.js import JetStreamContext
from openpyxl import Workbook

from shared.messaging.topology import PROVISION
from tests.e2e.environment import BRUECKE, bruecke, database_url, start

pytestmark = pytest.mark.e2e

READY_WITHIN_S = 90.0
OFFICE = "kontakt@verein.example"
ORGANISATIONS = f"""\
name,kind,contact_first_name,contact_last_name,email,postcode,Notiz
Begegnungshaus,association,Karla,Vereinsfrau,{OFFICE},04600,nett
Bachschule,Schule,Jan,Lehrer,info@schule.example,04626,
Sportverein,association,Ute,"Sport,ute@sport.example,04600,
Kirchgemeinde,parish,Ole,Kirchner,ole@kirche.example,04600,
"""

Say = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The data folder of an environment that runs as long as this module's tests."""
    folder = tmp_path_factory.mktemp("cli") / "data"
    ready = folder.parent / "ready.json"
    process = start(folder, ready)
    deadline = monotonic() + READY_WITHIN_S
    try:
        while not ready.exists():
            assert monotonic() < deadline, "not ready in time"
            try:
                pytest.fail(f"ended with {process.wait(0.1)}")
            except subprocess.TimeoutExpired:
                continue
        yield folder
        process.terminate()
        assert process.wait(60) == 0
    finally:
        process.kill()
        process.wait()


@pytest.fixture(scope="module")
def addresses(data: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((data.parent / "ready.json").read_text())
    return found


@pytest.fixture(scope="module")
def say(data: Path) -> Say:
    def run(*words: str) -> subprocess.CompletedProcess[str]:
        outcome = bruecke(*words, BRUECKE_DATA=str(data))
        assert "Traceback" not in outcome.stdout + outcome.stderr
        return outcome

    return run


def refused(outcome: subprocess.CompletedProcess[str], code: int = 1) -> str:
    """The one line that an error is."""
    assert outcome.returncode == code, outcome.stdout + outcome.stderr
    (line,) = outcome.stderr.strip().splitlines()
    return line


def rows(data: Path, addresses: dict[str, Any], statement: str) -> list[tuple[Any, ...]]:
    async def fetch() -> list[tuple[Any, ...]]:
        connection = await asyncpg.connect(database_url(data, addresses))
        try:
            return [tuple(row) for row in await connection.fetch(statement)]
        finally:
            await connection.close()

    return asyncio.run(fetch())


def with_jetstream(data: Path, addresses: dict[str, Any], deed: Callable[..., Any]) -> Any:
    async def act() -> Any:
        client = await nats.connect(
            addresses["nats"], nkeys_seed=str(data / "secrets" / f"{PROVISION}.nkey")
        )
        try:
            return await deed(client.jetstream())
        finally:
            await client.close()

    return asyncio.run(act())


def test_a_bad_row_is_told_with_line_column_and_reason_and_stops_nothing(say, tmp_path) -> None:
    path = tmp_path / "organisations.csv"
    path.write_text(ORGANISATIONS)

    outcome = say("import", "organisations", str(path))
    again = say("import", "organisations", str(path))

    assert outcome.returncode == 1
    told = outcome.stderr.strip().splitlines()
    assert [line.split(":")[0] for line in told] == [
        "organisations.csv, line 3, column kind (B)",
        "organisations.csv, line 4, column contact_last_name (D)",
    ]
    assert not {"Bachschule", "Lehrer", "Schule", "ute@sport.example"} & set(outcome.stderr)
    for word in ("Bachschule", "Lehrer", "'Schule'", "ute@sport.example"):
        assert word not in outcome.stderr + outcome.stdout
    assert "Columns ignored: notiz" in outcome.stdout
    assert "2 of 4 rows imported; 2 refused." in outcome.stdout
    assert "0 of 4 rows imported; 2 were already there and stay as they are; 2 refused." in (
        again.stdout
    )


def test_a_spreadsheet_is_imported_and_a_dry_run_is_not(say, tmp_path, data, addresses) -> None:
    path = tmp_path / "volunteers.xlsx"
    book = Workbook()
    book.active.append(["first_name", "email", "postcode", "consented_on"])
    book.active.append(["Amal", "amal@freiwillige.example", 4600, "15.01.2026"])
    book.save(path)

    dry = say("import", "volunteers", str(path), "--dry-run")
    before = rows(data, addresses, "SELECT state FROM profiles.volunteers")
    wet = say("import", "volunteers", str(path))

    assert (dry.returncode, wet.returncode) == (0, 0)
    assert "1 of 1 rows would be imported." in dry.stdout
    assert "1 of 1 rows imported." in wet.stdout
    assert before == []
    assert rows(data, addresses, "SELECT state FROM profiles.volunteers") == [("active",)]


def test_an_import_that_is_killed_is_completed_by_the_next(
    say, tmp_path, data, addresses
) -> None:
    path = tmp_path / "many.csv"
    people = [f"P;Nummer {number};p{number}@many.example;04600" for number in range(400)]
    path.write_text("\n".join(["first_name;last_name;email;postcode", *people]))
    counted = "SELECT count(*) FROM profiles.volunteers WHERE email LIKE '%@many.example'"
    killed = subprocess.Popen(
        [BRUECKE, "import", "volunteers", path], env={**os.environ, "BRUECKE_DATA": str(data)}
    )
    deadline = monotonic() + 30
    while not rows(data, addresses, counted)[0][0]:
        assert monotonic() < deadline
    killed.kill()
    assert killed.wait() == -signal.SIGKILL
    half = rows(data, addresses, counted)[0][0]
    assert 0 < half < 400

    outcome = say("import", "volunteers", str(path))

    assert outcome.returncode == 0, outcome.stderr
    assert "were already there" in outcome.stdout
    assert rows(data, addresses, counted)[0][0] == 400


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("Amal;Feldquell;amal@freiwillige.example\n", "the first line must name the columns"),
        ("first_name;last_name\nAmal;Feldquell\n", "these columns are missing: postcode"),
        ("first_name;postcode;email;email\nAmal;04600;;\n", "there twice: email"),
        ("", "is empty"),
    ],
)
def test_a_file_that_is_no_table_of_volunteers_is_refused_in_one_line(
    say, tmp_path, content, says
) -> None:
    path = tmp_path / "people.csv"
    path.write_text(content)

    line = refused(say("import", "volunteers", str(path)))

    assert says in line
    assert "Feldquell" not in line


def test_a_new_token_is_the_last_word_and_opens_the_interface(say, tmp_path, addresses) -> None:
    path = tmp_path / "organisations.csv"
    path.write_text(ORGANISATIONS)
    say("import", "organisations", str(path))

    outcome = say("token", OFFICE)

    token = outcome.stdout.split()[-1]
    url = f"{addresses['portal']}/api/v1/requests/0198f000-0000-7000-8000-000000000001"
    assert httpx.get(url, headers={"Authorization": f"Bearer {token}"}).status_code == 404
    assert httpx.get(url, headers={"Authorization": f"Bearer {token}x"}).status_code == 401


def test_a_token_of_nobody_is_refused_in_one_line(say) -> None:
    assert "No organisation" in refused(say("token", "nobody@verein.example"))
    assert "write an address" in refused(say("token", "nobody"))


def test_an_account_is_added_once_and_its_link_opens_the_admin(say, addresses) -> None:
    added = say("account", "add", "karin@landkreis.example", "--role", "coordinator")
    again = say("account", "add", "karin@landkreis.example", "--role", "operator")
    link = say("sign-in", "karin@landkreis.example").stdout.split()[-1]

    assert (added.stdout.strip(), again.stdout.strip()) == (
        "Account added.",
        "Account was there; role set.",
    )
    assert link.startswith(addresses["admin"])
    assert httpx.get(link).status_code == 200


def test_a_removed_account_opens_nothing_any_more(say) -> None:
    say("account", "add", "kurz@landkreis.example", "--role", "coordinator")
    link = say("sign-in", "kurz@landkreis.example").stdout.split()[-1]
    with httpx.Client() as browser:
        browser.post(link)
        log = link.split("/sign-in/")[0] + "/log"
        assert browser.get(log).status_code == 200
        assert "kurz@landkreis.example  coordinator" in say("account", "list").stdout

        say("account", "remove", "kurz@landkreis.example")

        assert browser.get(log).status_code == 303
    with httpx.Client() as stranger:
        stranger.post(link)
        assert stranger.get(log).status_code == 303
    assert "kurz@landkreis.example" not in say("account", "list").stdout
    assert "nobody" in refused(say("account", "remove", "kurz@landkreis.example"))


def test_an_unknown_role_and_an_unknown_person_are_refused_in_one_line(say) -> None:
    line = refused(say("account", "add", "karin@landkreis.example", "--role", "king"))
    assert "coordinator" in line
    refused(say("account", "add", "karin@landkreis.example", "--role", "The King"))
    assert "nobody" in refused(say("sign-in", "stranger@landkreis.example"))


def test_the_doctor_finds_nothing_then_loose_secrets(say, data) -> None:
    healthy = say("doctor", "--json")
    seed = data / "secrets" / "portal.nkey"
    seed.chmod(0o644)
    try:
        loose = say("doctor")
    finally:
        seed.chmod(0o600)

    findings = {finding["what"]: finding for finding in json.loads(healthy.stdout)}
    assert healthy.returncode == 0, healthy.stdout
    assert {"settings", "nats", "database", "mail", "clock", "disk"} <= set(findings)
    assert {finding["level"] for finding in findings.values()} == {"fine"}
    assert loose.returncode == 1
    assert "portal.nkey" in loose.stdout
    assert "chmod" in loose.stdout


def test_drift_is_told_by_check_and_mended_without(say, data, addresses) -> None:
    async def add_stray(jetstream: JetStreamContext) -> None:
        await jetstream.add_consumer("EVENTS", durable_name="stray", ack_policy="explicit")

    assert say("provision", "--check").stdout.strip() == "Nothing to do."
    with_jetstream(data, addresses, add_stray)

    checked = say("provision", "--check")
    mended = say("provision")
    after = say("provision", "--check")

    assert (checked.returncode, checked.stdout.strip()) == (1, "remove consumer stray")
    assert (mended.returncode, mended.stdout.strip()) == (0, "remove consumer stray")
    assert (after.returncode, after.stdout.strip()) == (0, "Nothing to do.")


def test_reporting_is_rebuilt_to_the_same_figures(say, data, addresses, tmp_path) -> None:
    path = tmp_path / "organisations.csv"
    path.write_text(ORGANISATIONS)
    say("import", "organisations", str(path))
    requests = tmp_path / "requests.csv"
    requests.write_text(
        "organisation_email;kind;field;title;places;postcode;slots\n"
        f"{OFFICE};event_help;education;Schulfest;3;04600;2027-06-05T10:00/12:00\n"
    )
    assert say("import", "requests", str(requests)).returncode == 0

    def figures() -> dict[str, list[str]]:
        return {
            table: sorted(
                row[0]
                for row in rows(data, addresses, f"SELECT t::text FROM reporting.{table} t")  # noqa: S608
            )
            for table in ("timeline", "requests", "invitations")
        }

    deadline = monotonic() + 30
    while not (before := figures())["requests"]:
        assert monotonic() < deadline

    outcome = say("rebuild", "reporting")

    assert outcome.returncode == 0, outcome.stderr
    after = figures()
    assert before["requests"] == after["requests"]
    assert set(before["timeline"]) <= set(after["timeline"])
    assert "reporting is rebuilt from" in outcome.stdout


def test_what_keeps_a_truth_of_its_own_is_not_rebuilt(say) -> None:
    assert "profiles cannot be rebuilt" in refused(say("rebuild", "profiles"))
    assert "nonsense cannot be rebuilt" in refused(say("rebuild", "nonsense"))
