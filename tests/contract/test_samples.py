"""Golden samples: what is on the wire today can be read tomorrow, and looks the same."""

import json

import pytest
from pydantic import ValidationError

from infra.dev.samples import FOLDER, on_the_wire, wire_messages

MESSAGES = list(wire_messages())
MEND = "run `python -m infra.dev.samples` and look at what it changed"
BREAKING = "that breaks whoever still sends it; publish a `…V2` beside it"


@pytest.mark.parametrize(("name", "model"), MESSAGES, ids=[name for name, _ in MESSAGES])
def test_a_sample_is_read_and_written_back_as_it_was(name, model):
    path = FOLDER / f"{name}.json"
    assert path.exists(), f"{name} has no golden sample: {MEND}"
    sample = json.loads(path.read_text())
    try:
        message = model.model_validate_json(path.read_text())
    except ValidationError as error:
        fields = [".".join(map(str, each["loc"])) for each in error.errors()]
        pytest.fail(f"{name} no longer reads its sample ({', '.join(fields)}): {BREAKING}")
    written = on_the_wire(message)
    lost = sorted(paths(sample) - paths(written))
    gained = sorted(paths(written) - paths(sample))
    assert not lost, f"{name} lost {lost}: {BREAKING}"
    assert not gained, f"{name} gained {gained}: {MEND}"
    assert written == sample


def paths(value, prefix=""):
    """The names of all fields, of nested messages too."""
    if isinstance(value, dict):
        found = {f"{prefix}{key}" for key in value}
        for key, each in value.items():
            found |= paths(each, f"{prefix}{key}.")
        return found
    if isinstance(value, list):
        return set().union(*(paths(each, f"{prefix}[].") for each in value))
    return set()


@pytest.mark.parametrize(("name", "model"), MESSAGES, ids=[name for name, _ in MESSAGES])
def test_a_message_with_a_field_of_the_future_is_read(name, model):
    sample = json.loads((FOLDER / f"{name}.json").read_text())

    message = model.model_validate(sample | {"of_the_future": 1})

    assert on_the_wire(message) == sample


def test_every_sample_belongs_to_a_message():
    known = {f"{name}.json" for name, _ in MESSAGES}
    strangers = {path.name for path in FOLDER.iterdir()} - known
    assert not strangers, f"no such message any more: {strangers}; {BREAKING}"


def test_a_message_never_prints_what_it_could_not_read():
    for name, model in MESSAGES:
        sample = json.loads((FOLDER / f"{name}.json").read_text())
        broken = {key: [["Frau Muster"]] for key in sample}
        if not sample:
            continue
        with pytest.raises(ValidationError) as error:
            model.model_validate(broken)
        assert "Muster" not in str(error.value), name
