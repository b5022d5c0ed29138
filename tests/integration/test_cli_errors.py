"""Commands without servers: every error is one clear line, names the variable and not its value."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

BRUECKE = Path(sys.executable).with_name("bruecke")
SECRET = "streng-geheim"


def bruecke(folder: Path, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Run a command in an empty folder, with this environment's variables only."""
    return subprocess.run(
        [str(BRUECKE), *words],
        env={"PATH": os.defpath, "HOME": str(folder), **env},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def refused(outcome: subprocess.CompletedProcess[str]) -> str:
    """The one line that an error is."""
    assert outcome.returncode == 1, outcome.stdout + outcome.stderr
    (line,) = outcome.stderr.strip().splitlines()
    assert SECRET not in line
    return line


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    folder = tmp_path / "secrets"
    assert bruecke(tmp_path, "provision", "--secrets").returncode == 0
    return folder


@pytest.mark.parametrize(
    "words",
    [
        ("token", "a@b.example"),
        ("sign-in", "a@b.example"),
        ("rebuild", "reporting"),
        ("provision", "--check"),
    ],
)
def test_where_nothing_runs_a_command_says_how_to_start(tmp_path, words):
    assert "bruecke up" in refused(bruecke(tmp_path, *words))


def test_an_import_where_nothing_runs_says_how_to_start(tmp_path):
    (tmp_path / "people.csv").write_text("first_name;postcode\nAmal;04600\n")

    line = refused(bruecke(tmp_path, "import", "volunteers", "people.csv"))

    assert "bruecke up" in line


@pytest.mark.usefixtures("secrets")
def test_a_server_that_is_away_is_named(tmp_path):
    nowhere = {
        "BRUECKE_NATS_URL": "nats://127.0.0.1:9",
        "BRUECKE_DATABASE_URL": "postgresql://127.0.0.1:9/bruecke",
    }

    assert "nats://127.0.0.1:9" in refused(bruecke(tmp_path, "token", "a@b.example", **nowhere))
    assert "127.0.0.1:9" in refused(bruecke(tmp_path, "provision", **nowhere))


def test_a_setting_that_cannot_be_is_named_without_its_value(tmp_path):
    outcome = bruecke(tmp_path, "run", "portal", BRUECKE_METRICS_PORT=SECRET)

    assert "BRUECKE_METRICS_PORT" in refused(outcome)


def test_a_line_of_the_env_file_is_a_setting_as_well(tmp_path):
    (tmp_path / ".env").write_text(f"BRUECKE_METRICS_PORT={SECRET}\n")

    assert "BRUECKE_METRICS_PORT" in refused(bruecke(tmp_path, "run", "portal"))


def test_a_service_that_is_none_is_refused(tmp_path):
    outcome = bruecke(tmp_path, "run", "portal", "nonsense")

    assert outcome.returncode == 2
    assert "no such service: nonsense; there are profiles, network" in outcome.stderr


@pytest.mark.usefixtures("secrets")
def test_a_port_that_is_taken_is_named_before_a_service_starts(tmp_path):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = str(listener.getsockname()[1])

        line = refused(bruecke(tmp_path, "run", "portal", BRUECKE_PORTAL_PORT=port))

    assert f"Port {port} " in line


def test_a_service_without_secrets_names_what_is_missing(tmp_path):
    assert "secrets/" in refused(bruecke(tmp_path, "run", "portal"))


def test_secrets_are_made_once_and_for_our_eyes_only(tmp_path):
    first = bruecke(tmp_path, "provision", "--secrets")
    folder = tmp_path / "secrets"
    made = {path.name: path.read_bytes() for path in folder.iterdir()}
    second = bruecke(tmp_path, "provision", "--secrets")

    assert {
        "portal.nkey",
        "portal.password",
        "link_keys",
        "provision.nkey",
        "nats.conf",
    } <= set(made)
    assert "made portal.nkey" in first.stdout
    assert second.stdout.strip() == "Nothing to do."
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == made
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    assert folder.stat().st_mode & 0o777 == 0o700


def test_secrets_that_are_lost_are_made_again_and_the_others_stay(tmp_path, secrets):
    kept = (secrets / "admin.nkey").read_bytes()
    (secrets / "portal.nkey").unlink()

    again = bruecke(tmp_path, "provision", "--secrets")

    assert again.stdout.split() == ["made", "portal.nkey", "made", "nats.conf"]
    assert (secrets / "admin.nkey").read_bytes() == kept


def test_secrets_and_check_exclude_each_other(tmp_path):
    assert bruecke(tmp_path, "provision", "--secrets", "--check").returncode == 2
    assert not (tmp_path / "secrets").exists()


def test_the_doctor_tells_all_that_is_broken(tmp_path):
    outcome = bruecke(
        tmp_path,
        *("doctor", "--json"),
        BRUECKE_NATS_URL="nats://127.0.0.1:9",
        BRUECKE_DATABASE_URL="postgresql://127.0.0.1:9/bruecke",
        BRUECKE_SMTP_URL=f"smtp://user:{SECRET}@127.0.0.1:9",
    )

    assert outcome.returncode == 2
    assert SECRET not in outcome.stdout + outcome.stderr
    found = {finding["what"]: finding for finding in json.loads(outcome.stdout)}
    for what in ("settings", "nats", "database", "mail"):
        assert found[what]["level"] == "broken", what
        assert found[what]["remedy"], what


def test_the_doctor_names_a_setting_that_cannot_be(tmp_path):
    outcome = bruecke(tmp_path, "doctor", BRUECKE_METRICS_PORT=SECRET)

    assert outcome.returncode == 2
    assert "BRUECKE_METRICS_PORT" in outcome.stdout
    assert SECRET not in outcome.stdout


@pytest.mark.parametrize("words", [(), ("--help",), ("up", "--help"), ("account", "--help")])
def test_help_is_plain_text(tmp_path, words):
    outcome = bruecke(tmp_path, *words)

    assert "Usage: bruecke" in outcome.stdout + outcome.stderr
    assert "│" not in outcome.stdout
    assert "..." not in outcome.stdout.replace("[ARGS]...", "").replace("{services}...", "")
