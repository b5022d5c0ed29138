"""Reads a district's folder, and says which file and key is broken."""

import csv
import json
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from os import scandir
from pathlib import Path
from typing import Annotated, ClassVar, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import StringConstraints, TypeAdapter, ValidationError

from shared.district.catalogue import (
    BilingualNames,
    DistrictFile,
    LanguagesFile,
    Names,
    Office,
    PlaceRow,
    TandemEnd,
    Task,
)
from shared.district.district import District, Municipality, OfferedLanguage
from shared.kernel.errors import BrueckeError, Refusal
from shared.kernel.fields import Field
from shared.kernel.languages import LOCALES, normalise_tag
from shared.kernel.places import Point

DEFAULT_FOLDER = Path(__file__).resolve().parents[2] / "infra" / "district"

T = TypeVar("T")

_CODE = r"^[a-z][a-z0-9_]{0,49}$"
_FIELDS = TypeAdapter(dict[Field, Names])
_TASKS = TypeAdapter(dict[str, Task])
_SKILLS = TypeAdapter(dict[str, BilingualNames])
_OFFICE = TypeAdapter(Office)
_TANDEM_ENDS = TypeAdapter(dict[Annotated[str, StringConstraints(pattern=_CODE)], TandemEnd])
_DISTRICT = TypeAdapter(DistrictFile)
_LANGUAGES = TypeAdapter(LanguagesFile)
_PLACE = TypeAdapter(PlaceRow)


class DistrictDataBroken(BrueckeError):
    """A file of the district cannot be used; the text names file, key and problem."""

    code: ClassVar[str] = "district.data_broken"
    retryable: ClassVar[bool] = False


def load_district(folder: Path = DEFAULT_FOLDER) -> District:
    """Read and check all files of the folder. Raises DistrictDataBroken.

    Services of one process share what was read, until a file changes.
    """
    try:
        changes = tuple(
            sorted((file.name, file.stat().st_mtime_ns) for file in scandir(folder))
        )
    except OSError:
        changes = ()  # which file is missing will be told
    return _load(folder, changes)


@lru_cache(maxsize=2)
def _load(folder: Path, _changes: tuple[tuple[str, int], ...]) -> District:
    described = _read(folder / "district.toml", _DISTRICT)
    postcodes = _points(described.postcodes, "postcodes")
    skills = _read(folder / "skills.toml", _SKILLS)
    return District(
        name=described.name,
        title=described.title,
        state=described.state,
        timezone=_timezone(described.timezone),
        municipalities=_read_municipalities(folder, postcodes),
        postcodes=postcodes,
        neighbouring_postcodes=_points(
            described.neighbouring_postcodes, "neighbouring_postcodes"
        ),
        fields=_read_fields(folder / "fields.toml"),
        tasks=_read_tasks(folder / "tasks.toml", skills),
        skills=skills,
        languages=_read_languages(folder / "languages.toml"),
        office=_read(folder / "office.toml", _OFFICE),
        tandem_ends=_read_tandem_ends(folder / "tandem_ends.toml"),
    )


@contextmanager
def _reading(path: Path, key: str = "") -> Iterator[None]:
    """Turn whatever is wrong with the file into DistrictDataBroken."""
    where = f"{path.name}: {key}: " if key else f"{path.name}: "
    try:
        yield
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"] if part != "[key]")
        raise DistrictDataBroken(f"{where}{place}: {first['msg']}") from error
    except KeyError as error:
        raise DistrictDataBroken(f"{where}{error.args[0]}: is missing") from error
    except (OSError, ValueError, TypeError, Refusal) as error:
        raise DistrictDataBroken(f"{where}{error}") from error


def _read(path: Path, shape: TypeAdapter[T]) -> T:
    """Read a TOML file into its shape."""
    with _reading(path):
        return shape.validate_python(tomllib.loads(path.read_text(encoding="utf-8")))


def _read_fields(path: Path) -> dict[Field, Names]:
    fields = _read(path, _FIELDS)
    for field in Field:
        for locale in LOCALES:
            if not fields.get(field, {}).get(locale):
                raise DistrictDataBroken(f"{path.name}: {field}.{locale}: is missing")
    return fields


def _read_tandem_ends(path: Path) -> dict[str, TandemEnd]:
    ends = _read(path, _TANDEM_ENDS)
    for code, end in ends.items():
        for locale in LOCALES:
            if not end.name.get(locale):
                raise DistrictDataBroken(f"{path.name}: {code}.name.{locale}: is missing")
    if not ends:
        raise DistrictDataBroken(f"{path.name}: names no reason")
    return ends


def _read_tasks(path: Path, skills: Mapping[str, Names]) -> dict[str, Task]:
    tasks = _read(path, _TASKS)
    for code, task in tasks.items():
        for skill in sorted(task.skills - skills.keys()):
            raise DistrictDataBroken(f"{path.name}: {code}.skills: {skill} is no known skill")
    return tasks


def _read_languages(path: Path) -> tuple[OfferedLanguage, ...]:
    languages: list[OfferedLanguage] = []
    for tag, share in _read(path, _LANGUAGES).shares.items():
        with _reading(path, f"shares.{tag}"):
            if normalise_tag(tag) != tag or not 0 <= share <= 1:
                raise ValueError("write the normalised tag and a share of 0 to 1")
            languages.append(OfferedLanguage(tag, share))
    return tuple(sorted(languages, key=lambda language: (-language.share, language.tag)))


def _timezone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise DistrictDataBroken("district.toml: timezone: is not known") from error


def _points(coordinates: Mapping[str, tuple[float, float]], key: str) -> dict[str, Point]:
    points: dict[str, Point] = {}
    for postcode, (lat, lon) in coordinates.items():
        with _reading(Path("district.toml"), f"{key}.{postcode}"):
            points[postcode] = Point(lat, lon)
    return points


def _read_municipalities(
    folder: Path, postcodes: Mapping[str, Point]
) -> tuple[Municipality, ...]:
    outlines = _read_outlines(folder / "municipalities.geojson")
    path = folder / "places.csv"
    with _reading(path), path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, strict=True))
    municipalities: list[Municipality] = []
    for line, row in enumerate(rows, start=2):
        with _reading(path, f"line {line}"):
            place = _PLACE.validate_python(row)
            if place.postcode not in postcodes:
                raise ValueError("postcode: is not in district.toml")
            if place.municipality not in outlines:
                raise ValueError("municipality: is not in municipalities.geojson")
            municipalities.append(
                Municipality(
                    name=place.municipality,
                    postcode=place.postcode,
                    point=Point(place.latitude, place.longitude),
                    population=place.population,
                    outline=outlines[place.municipality],
                )
            )
    return tuple(municipalities)


def _read_outlines(path: Path) -> dict[str, tuple[tuple[Point, ...], ...]]:
    with _reading(path):
        features = json.loads(path.read_text(encoding="utf-8"))["features"]
    outlines: dict[str, tuple[tuple[Point, ...], ...]] = {}
    for position, feature in enumerate(features):
        with _reading(path, f"features.{position}"):
            geometry = feature["geometry"]
            parts = geometry["coordinates"]
            rings = (
                parts if geometry["type"] == "Polygon" else [r for part in parts for r in part]
            )
            outlines[feature["properties"]["name"]] = tuple(
                tuple(Point(lat, lon) for lon, lat in ring) for ring in rings
            )
    return outlines
