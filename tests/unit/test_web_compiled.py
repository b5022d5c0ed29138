"""Compiled templates: kept for the next process, given up with the source, never in the way."""

from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader

from shared.web.compiled import CompiledOnce

TEMPLATE = "greeting.html"


class Machine:
    """A folder with a template, and processes that render it one after the other."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.kept_in = folder / "kept"
        self.kept = self.kept_in / f"{TEMPLATE}.code"

    def write(self, source: str) -> None:
        (self.folder / TEMPLATE).write_text(source)

    def render(self, made_by: str = "", *, keeps: bool = True) -> str:
        """As a process that has compiled nothing yet."""
        once = CompiledOnce(
            made_by.encode(), root=self.folder, kept_in=self.kept_in, codes={}, keeps=keeps
        )
        loader = FileSystemLoader(self.folder)
        environment = Environment(loader=loader, autoescape=True, bytecode_cache=once)
        return environment.get_template(TEMPLATE).render(name="Ada")


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    machine = Machine(tmp_path)
    machine.write("Hello {{ name }}")
    return machine


def test_what_one_process_compiled_serves_the_next(machine: Machine) -> None:
    assert machine.render() == "Hello Ada"
    kept = machine.kept.stat()

    assert machine.render() == "Hello Ada"
    assert machine.kept.stat() == kept


def test_a_changed_template_is_compiled_anew(machine: Machine) -> None:
    machine.render()
    machine.write("Bye {{ name }}")

    assert machine.render() == "Bye Ada"


def test_a_changed_environment_compiles_anew(machine: Machine) -> None:
    machine.render()
    kept = machine.kept.read_bytes()

    assert machine.render(made_by="another filter") == "Hello Ada"
    assert machine.kept.read_bytes() != kept


@pytest.mark.parametrize("length", [0, 3, 30, 100, 400])
def test_a_file_that_was_cut_off_is_replaced(machine: Machine, length: int) -> None:
    machine.render()
    whole = machine.kept.read_bytes()
    machine.kept.write_bytes(whole[:length])

    assert machine.render() == "Hello Ada"
    assert machine.kept.read_bytes() == whole


def test_where_nothing_can_be_kept_pages_are_shown_all_the_same(machine: Machine) -> None:
    machine.kept_in.write_text("a file where the folder should be")

    assert machine.render() == "Hello Ada"


def test_nothing_is_kept_where_python_keeps_nothing(machine: Machine) -> None:
    assert machine.render(keeps=False) == "Hello Ada"
    assert not machine.kept_in.exists()


def test_templates_from_elsewhere_are_not_kept(machine: Machine, tmp_path: Path) -> None:
    once = CompiledOnce(
        b"", root=tmp_path / "product", kept_in=machine.kept_in, codes={}, keeps=True
    )
    loader = FileSystemLoader(machine.folder)
    environment = Environment(loader=loader, autoescape=True, bytecode_cache=once)

    assert environment.get_template(TEMPLATE).render(name="Ada") == "Hello Ada"
    assert not machine.kept_in.exists()
