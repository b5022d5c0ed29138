"""What operators read and run agrees with the code: README, docker-compose.yml, Dockerfile."""

import re
import shlex
import subprocess
import sys
import zipfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from pydantic import SecretStr

from infra.cli.main import COMMANDS
from infra.cli.provision import ProvisionSettings
from infra.cli.run import ALL
from infra.importing.columns import COLUMNS
from infra.services import settings_of
from infra.settings import PREFIX
from shared.contracts.messages import Service

REPOSITORY = Path(__file__).resolve().parents[2]
README = (REPOSITORY / "README.md").read_text()
COMPOSE_TEXT = (REPOSITORY / "docker-compose.yml").read_text()
DOCKERFILE = (REPOSITORY / "infra" / "docker" / "Dockerfile").read_text()
NO_SETTING = {"DATA"}
"""The embedded environment's folder is an option of `up`, too, and no service's business."""
NOT_FOR_A_SERVER = {"CLOCK", "AUTOMATION"}
"""Empty is right there."""
TOLD_IN_WORDS = {"DISTRICT", "MAIL_FROM", "PUBLIC_URL", "ADMIN_URL"}
CONTAINERS = {"secrets", "provision", "bruecke", "nats", "postgres", "proxy"}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(COMPOSE_TEXT)
    return loaded


def settings() -> dict[str, str]:
    """Every variable, without its prefix, and its default as text; empty for none."""
    classes = [settings_of(service) for service in Service] + [ProvisionSettings]
    found: dict[str, str] = {}
    for field_name, field in (item for it in classes for item in it.model_fields.items()):
        default = field.get_default(call_default_factory=True)
        if isinstance(default, SecretStr):
            default = default.get_secret_value()
        found[field_name.upper()] = "" if default in (None, {}) else str(default)
    return found


def documented() -> dict[str, str]:
    """The README's table of settings: variable and default, as they are written."""
    table = README.partition("## Settings")[2].partition("\n## ")[0]
    found: dict[str, str] = {}
    for line in table.splitlines():
        if not line.startswith("| `"):
            continue
        names, defaults = (cell.strip() for cell in line.split("|")[1:3])
        given = re.findall(r"`([^`]+)`", defaults)
        variables = re.findall(r"`([A-Z_]+)`", names)
        if len(given) != len(variables):
            given = [defaults] * len(variables)
        found |= dict(zip(variables, given, strict=True))
    return found


def test_every_setting_is_in_the_readme_and_no_other():
    assert set(documented()) == set(settings()) | NO_SETTING


def test_defaults_in_the_readme_are_those_of_the_code():
    told = documented()
    for name, default in settings().items():
        plain = default.get_secret_value() if isinstance(default, SecretStr) else default
        if name in {"DISTRICT", "MAIL_FROM", "PUBLIC_URL", "ADMIN_URL"}:
            continue  # told in words
        assert told[name] == ("" if plain in {None, ""} else str(plain)) or callable(plain), (
            name
        )


def test_what_is_empty_or_of_this_machine_is_set_for_a_server():
    """A default that names loopback, or nothing, cannot be right inside a container."""
    environment = re.findall(rf"^ +{PREFIX}(\w+):", COMPOSE_TEXT, re.MULTILINE)
    for name, default in settings().items():
        local = not default or "127.0.0.1" in default or name == "SECRETS"
        if local and name not in NOT_FOR_A_SERVER:
            assert name in environment, name
    assert set(environment) - {"PORTAL_HOST", "ADMIN_HOST"} <= set(settings())


def test_every_variable_that_compose_asks_for_is_in_the_example():
    asked = set(re.findall(rf"\$\{{({PREFIX}\w+):\?", COMPOSE_TEXT))
    example = (REPOSITORY / "infra" / "docker" / "example.env").read_text()

    assert asked == set(re.findall(rf"^({PREFIX}\w+)=", example, re.MULTILINE))


def test_compose_follows_its_specification():
    command = [str(Path(sys.executable).with_name("check-jsonschema"))]
    command += [
        "--builtin-schema",
        "vendor.compose-spec",
        str(REPOSITORY / "docker-compose.yml"),
    ]

    outcome = subprocess.run(command, capture_output=True, text=True, check=False)

    assert outcome.returncode == 0, outcome.stdout


def test_split_into_containers_there_is_one_for_each_service(compose):
    services = compose["services"]
    split = {name for name, it in services.items() if "split" in it.get("profiles", ())}

    assert split == {service.value for service in Service}
    assert set(services) == split | CONTAINERS
    for name in split:
        assert services[name]["command"] == ["run", name]
    assert services["bruecke"]["command"] == ["run", ALL]


def test_what_containers_run_is_a_command(compose):
    for name, it in compose["services"].items():
        if it.get("image", "").startswith("bruecke:") and it["command"]:
            assert it["command"][0] in COMMANDS, name
    run_at_last = re.search(r"^CMD \[(.+)\]", DOCKERFILE, re.MULTILINE)
    assert run_at_last
    assert run_at_last[1].split(",")[0].strip('"') in COMMANDS


def test_the_proxy_asks_for_containers_that_are_there(compose):
    caddy = (REPOSITORY / "infra" / "docker" / "Caddyfile").read_text()
    for alias, port in re.findall(r"reverse_proxy ([\w-]+):(\d+)", caddy):
        service = alias.removeprefix("bruecke-")
        assert alias in compose["services"]["bruecke"]["networks"]["inside"]["aliases"]
        assert alias in compose["services"][service]["networks"]["inside"]["aliases"]
        assert port == settings()[f"{service.upper()}_PORT"]
    given = compose["services"]["proxy"]["environment"]
    assert set(re.findall(r"\{\$(\w+)\}", caddy)) == set(given)


def test_the_image_is_made_of_what_is_there():
    for line in re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE):
        for source in shlex.split(line)[:-1]:
            assert (REPOSITORY / source).exists(), source
    for module in re.findall(r"python -m ([\w.]+)", DOCKERFILE):
        assert module == "venv" or find_spec(module), module
    ignored = (REPOSITORY / ".dockerignore").read_text().split()
    assert {".env", "secrets", ".git", ".bruecke"} <= set(ignored)


def test_the_images_constraints_are_names_with_one_version_each():
    made = re.search(r"RUN (grep .+?) > constraints.txt", DOCKERFILE)
    assert made
    outcome = subprocess.run(
        ["sh", "-c", made[1]], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    lines = [line for line in outcome.stdout.splitlines() if not line.lstrip().startswith("#")]

    found = [Requirement(line) for line in lines if line.strip()]

    assert len(found) > 50
    for requirement in found:
        assert not requirement.extras, requirement
        assert str(requirement.specifier).startswith("=="), requirement


def test_the_wheel_has_everything_that_is_read_at_run_time(tmp_path):
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=REPOSITORY,
        capture_output=True,
        check=True,
    )
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        packed = set(wheel.namelist())

    needed = {
        path.relative_to(REPOSITORY).as_posix()
        for package in ("services", "shared", "infra")
        for path in (REPOSITORY / package).rglob("*")
        if path.is_file() and path.suffix != ".mo" and "__pycache__" not in path.parts
    }
    assert needed <= packed
    assert any(name.startswith("shared/web/static/vendor/") for name in packed)


def test_every_command_and_every_column_is_in_the_readme():
    for name in COMMANDS:
        assert f"`bruecke {name}" in README, name
    importing = README.partition("## Importing")[2].partition("\n## ")[0]
    rows = {
        line.split("|")[1].strip(): line
        for line in importing.splitlines()
        if line.startswith("| ")
    }
    for kind, columns in COLUMNS.items():
        words = set(re.findall(r"\w+", rows[kind]))
        assert set(columns.readers) <= words, kind
        assert columns.required == set(re.findall(r"\*\*(\w+)\*\*", rows[kind])), kind
