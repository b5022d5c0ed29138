"""Writes the golden samples of the messages: one JSON file each, as it goes over the wire.

    python -m infra.dev.samples

A sample that is missing is made. One that today's contract still reads is filled up with what the
contract has gained. One that it can no longer read is left alone and named: that is a breaking
change and needs a new version (`…V2`, published beside the old one); as long as nothing has been
released, the file may be deleted and made anew.
"""

import itertools
import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from shared.contracts.catalogue import CATALOGUE
from shared.contracts.messages import Contract, Event, Message

FOLDER = Path(__file__).parents[2] / "tests" / "contract" / "samples"
FIRST_DAY = datetime(2027, 3, 1, 8, tzinfo=UTC)
PATTERNS = {
    r"^[a-z][a-z0-9_]{0,49}$": "sample_code",
    r"^[a-z_]{1,40}\.[a-z0-9_]{1,50}$": "sample.refused",
    r"^\d{2}:\d{2}$": "18:00",
    r"^\d{4}-\d{2}$": "2027-03",
}


def wire_messages() -> Iterator[tuple[str, type[Message]]]:
    """Each message by the name of its sample: every contract, and the reply to what is asked."""
    for subject, contract in sorted(CATALOGUE.items()):
        yield subject, contract
        if not issubclass(contract, Event):
            yield f"{subject}.reply", reply_of(contract)


def reply_of(contract: type[Contract]) -> type[Message]:
    """The reply of a command, a private wish or a query."""
    reply_type: Any = contract.reply_type  # type: ignore[attr-defined]
    reply: type[Message] = reply_type()
    return reply


class Sampler:
    """Makes one message from its JSON schema, with a value in every field, the same in each run.

    Later fields get later times, so that what ends comes after what starts.
    """

    def __init__(self, schema: dict[str, Any]) -> None:
        self._definitions: dict[str, dict[str, Any]] = schema.get("$defs", {})
        self._numbers = itertools.count(1)

    def value(self, schema: dict[str, Any]) -> Any:
        schema = self._definition(schema)
        for alternatives in ("anyOf", "oneOf", "allOf"):
            if alternatives in schema:
                return self.value(schema[alternatives][0])
        if "enum" in schema:
            return schema["enum"][0]
        made: Any = getattr(self, f"_{schema['type']}")(schema)
        return made

    def _object(self, schema: dict[str, Any]) -> dict[str, Any]:
        if "properties" in schema:
            return {name: self.value(field) for name, field in schema["properties"].items()}
        values = schema.get("patternProperties", {"": schema.get("additionalProperties")})
        return {"sample_code": self.value(*values.values())}

    def _array(self, schema: dict[str, Any]) -> list[Any]:
        items = self._definition(schema["items"])
        return list(items["enum"]) if "enum" in items else [self.value(items)]

    def _definition(self, schema: dict[str, Any]) -> dict[str, Any]:
        name = schema.get("$ref", "").rsplit("/", 1)[-1]
        return self._definitions[name] if name else schema

    def _boolean(self, _schema: dict[str, Any]) -> bool:
        return True

    def _integer(self, schema: dict[str, Any]) -> int:
        number = max(next(self._numbers), schema.get("minimum", 0))
        return int(min(number, schema.get("maximum", number)))

    _number = _integer

    def _string(self, schema: dict[str, Any]) -> str:
        number = next(self._numbers)
        if "pattern" in schema:
            return PATTERNS[schema["pattern"]]
        match schema.get("format"):
            case "uuid":
                return f"01954c00-0000-7000-8000-{number:012d}"
            case "date-time":
                return (FIRST_DAY + timedelta(hours=number)).isoformat()
            case "date":
                return (FIRST_DAY + timedelta(days=number)).date().isoformat()
        return "sample".ljust(schema.get("minLength", 0), "-")


def on_the_wire(message: Message) -> dict[str, Any]:
    """What a message looks like to whoever reads it."""
    found: dict[str, Any] = json.loads(message.model_dump_json())
    return found


def filled_up(old: Any, new: Any) -> Any:
    """`old`, with what only `new` has."""
    if isinstance(old, dict) and isinstance(new, dict):
        return {key: filled_up(old[key], new[key]) if key in old else new[key] for key in new}
    if isinstance(old, list) and isinstance(new, list):
        return [filled_up(each, new[0]) for each in old] if new else old
    return old


def write_sample(name: str, model: type[Message]) -> str | None:
    """Write or fill up one sample; a line about what happened, None if nothing did."""
    path = FOLDER / f"{name}.json"
    schema = model.model_json_schema()
    fresh = Sampler(schema).value(schema)
    try:
        old = json.loads(path.read_text()) if path.exists() else {}
        message = model.model_validate(filled_up(old, fresh) if old else fresh)
        if old:
            model.model_validate(old)
    except ValidationError as error:
        fields = ", ".join(".".join(map(str, each["loc"])) for each in error.errors())
        return f"BREAKING {name}: {fields}"
    text = json.dumps(on_the_wire(message), indent=2, ensure_ascii=False) + "\n"
    if path.exists() and path.read_text() == text:
        return None
    verb = "changed" if path.exists() else "made"
    path.write_text(text)
    return f"{verb} {name}"


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    lines = [line for name, model in wire_messages() if (line := write_sample(name, model))]
    known = {f"{name}.json" for name, _ in wire_messages()}
    lines += [
        f"BREAKING {path.stem}: no such message any more"
        for path in sorted(FOLDER.glob("*.json"))
        if path.name not in known
    ]
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    if any(line.startswith("BREAKING") for line in lines):
        sys.exit(1)


if __name__ == "__main__":
    main()
