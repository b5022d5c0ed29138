"""Habits of the code that no other tool checks: sizes, codes of errors, no sleeping, no mocks."""

import ast
import pkgutil
import re
from importlib import import_module
from pathlib import Path

import pytest

import infra
import services
import shared
from shared.kernel.errors import BrueckeError, Refusal

ROOT = Path(__file__).parents[2]
PRODUCT = [
    path
    for package in ("services", "shared", "infra")
    for path in sorted((ROOT / package).rglob("*.py"))
    if "versions" not in path.parts
]
TESTS = sorted((ROOT / "tests").rglob("*.py"))
LONGEST_MODULE = 300
LONGEST_FUNCTION = 40
CATALOGUE = ROOT / "shared" / "contracts"
"""Declarations without a line of logic, one module or package an owner, whose name is part of each
subject."""


def name_of(path):
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", PRODUCT, ids=name_of)
def test_a_module_and_its_functions_fit_into_a_head(path):
    source = path.read_text()
    lines = len(source.splitlines())
    assert lines <= LONGEST_MODULE or CATALOGUE in path.parents
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            length = (node.end_lineno or 0) - node.lineno + 1
            assert length <= LONGEST_FUNCTION, f"{node.name} has {length} lines"
            assert CATALOGUE not in path.parents or length <= 15, "contracts hold no logic"


def all_errors():
    for package in (shared, services, infra):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if "migrations" not in module.name and not module.name.endswith("__main__"):
                import_module(module.name)
    found, waiting = set(), [BrueckeError]
    while waiting:
        for each in waiting.pop().__subclasses__():
            if each not in found and not each.__module__.startswith("tests."):
                found.add(each)
                waiting.append(each)
    return sorted(found, key=lambda each: (each.__module__, each.__name__))


def test_every_error_has_a_code_of_its_own():
    by_code: dict[str, list[str]] = {}
    wrong = []
    for error in all_errors():
        if error is Refusal:
            continue
        where = f"{error.__module__}.{error.__name__}"
        by_code.setdefault(error.code, []).append(where)
        if "code" not in error.__dict__:
            wrong.append(f"{where} has its parent's code")
        if not re.fullmatch(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+", error.code):
            wrong.append(f"{where}: {error.code}")
    wrong += [f"{code}: {twins}" for code, twins in by_code.items() if len(twins) > 1]
    assert wrong == []
    assert len(by_code) > 20


def calls(node, *, in_loop=False):
    """Each call below a node, and whether it stands in a `while` loop."""
    if isinstance(node, ast.Call):
        yield node, in_loop
    for child in ast.iter_child_nodes(node):
        yield from calls(child, in_loop=in_loop or isinstance(node, ast.While))


def name_called(call):
    return ast.unparse(call.func).split(".")[-1]


LONGEST_POLL_S = 0.1


@pytest.mark.parametrize("path", TESTS, ids=name_of)
def test_a_test_waits_for_a_condition_and_never_sleeps(path):
    for call, in_loop in calls(ast.parse(path.read_text())):
        if name_called(call) == "sleep":
            where = f"line {call.lineno}: {ast.unparse(call)}"
            assert in_loop, f"{where} waits for no condition"
            if isinstance(call.args[0], ast.Constant):
                assert call.args[0].value <= LONGEST_POLL_S, where


MOCKS = re.compile(
    r"\b(unittest\.mock|MagicMock|AsyncMock|mocker|TestNatsBroker|pytest_mock"
    r"|monkeypatch\.(?:set|del)(?:attr|item))\b"
)
"""An environment may be set for a test; the product's own parts stay what they are."""


@pytest.mark.parametrize(
    "path", [path for path in TESTS if path != Path(__file__)], ids=name_of
)
def test_a_test_uses_the_real_thing(path):
    assert MOCKS.findall(path.read_text()) == []


GUARDS = [path for path in TESTS if path.parent.name in {"architecture", "contract"}]


@pytest.mark.parametrize("path", GUARDS, ids=name_of)
def test_a_guard_is_never_skipped(path):
    for call, _ in calls(ast.parse(path.read_text())):
        assert name_called(call) not in {"skip", "importorskip", "skipif", "xfail"}, call.lineno
