"""Reads a world's file; one that is `based_on` another says only what differs."""

import tomllib
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from pathlib import Path
from types import GenericAlias
from typing import Any, ClassVar, get_args, get_type_hints

from services.matching.simulation.parameters import WorldParameters
from shared.kernel.errors import BrueckeError, Refusal

BASED_ON = "based_on"


class WorldUnreadable(BrueckeError):
    """A world's file cannot be used; the text names file, key and problem."""

    code: ClassVar[str] = "matching.world_unreadable"
    retryable: ClassVar[bool] = False


def read_world(path: Path, **calendar: int) -> WorldParameters:
    """Read the file; `calendar` replaces figures of that section, such as `weeks`.

    Raises WorldUnreadable for a file that is missing, a key that is unknown or missing, and a
    value that cannot be.
    """
    try:
        found = _merged(_loaded(path), {"calendar": calendar})
        return parse_world(found)
    except (OSError, ValueError, Refusal) as error:
        raise WorldUnreadable(f"{path.name}: {error}") from error


def parse_world(found: Mapping[str, Any]) -> WorldParameters:
    """Check what a file holds. Raises ValueError."""
    built = _built(WorldParameters, found, "")
    if not isinstance(built, WorldParameters):
        raise TypeError("a world's parameters")
    return built


def _loaded(path: Path) -> dict[str, Any]:
    found = tomllib.loads(path.read_text(encoding="utf-8"))
    base = found.pop(BASED_ON, None)
    if base is None:
        return found
    return _merged(_loaded(path.with_name(f"{base}.toml")), found)


def _merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """The base with what is said over it; tables are merged, lists replaced."""
    merged = dict(base)
    for key, value in over.items():
        both = isinstance(value, Mapping) and isinstance(merged.get(key), Mapping)
        merged[key] = _merged(merged[key], value) if both else value
    return merged


def _built(kind: type, found: Any, at: str) -> object:
    """A dataclass of a table with exactly its keys."""
    if not isinstance(found, Mapping):
        raise ValueError(f"{at}: write a table")  # noqa: TRY004 - one kind of error for a file
    hints = get_type_hints(kind)
    wanted = {field.name for field in fields(kind)}
    for key in sorted({*found} ^ wanted):
        problem = "is missing" if key in wanted else "is not known"
        raise ValueError(f"{_under(at, key)}: {problem}")
    values = {key: _value(hints[key], found[key], _under(at, key)) for key in wanted}
    try:
        return kind(**values)
    except ValueError as error:
        raise ValueError(_under(at, str(error))) from error


def _value(kind: Any, found: Any, at: str) -> object:
    if isinstance(kind, type) and is_dataclass(kind):
        return _built(kind, found, at)
    if isinstance(kind, GenericAlias):
        return _listed(get_args(kind), found, at)
    if kind is float and type(found) is int:
        return float(found)
    if kind not in {float, int, str, date} or type(found) is not kind:
        raise ValueError(f"{at}: write a value of type {getattr(kind, '__name__', kind)}")
    return found


def _listed(kinds: tuple[Any, ...], found: Any, at: str) -> tuple[object, ...]:
    if not isinstance(found, list):
        raise ValueError(f"{at}: write a list")  # noqa: TRY004
    if kinds[-1] is Ellipsis:
        kinds = kinds[:1] * len(found)
    if len(kinds) != len(found):
        raise ValueError(f"{at}: write {len(kinds)} values")
    pairs = zip(kinds, found, strict=True)
    return tuple(_value(kind, one, f"{at}.{place}") for place, (kind, one) in enumerate(pairs))


def _under(at: str, key: str) -> str:
    return f"{at}.{key}" if at else key
