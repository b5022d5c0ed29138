"""The district's data agree with each other and with the code."""

import math
import shutil
from datetime import date
from pathlib import Path

import pytest

from shared.district import (
    DEFAULT_FOLDER,
    District,
    DistrictDataBroken,
    PostcodeUnknown,
    in_locale,
    load_district,
)
from shared.kernel.fields import Check, Field, Kind
from shared.kernel.languages import LOCALES, language_name
from shared.kernel.places import Point, distance_km
from shared.kernel.quiet_hours import QuietHours


@pytest.fixture(scope="module")
def district() -> District:
    return load_district()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the data, to be broken."""
    return Path(shutil.copytree(DEFAULT_FOLDER, tmp_path / "district"))


def test_the_altenburger_land_has_thirty_municipalities_and_eight_postcodes(district):
    assert len({place.name for place in district.municipalities}) == 30
    assert len(district.postcodes) == 8
    assert sum(place.population for place in district.municipalities) > 80_000


def test_every_field_kind_and_check_is_used_by_the_task_catalogue(district):
    assert {task.field for task in district.tasks.values()} == set(Field)
    assert {task.kind for task in district.tasks.values()} == set(Kind)
    assert set().union(*(task.checks for task in district.tasks.values())) == set(Check)


def test_every_skill_suggested_exists_and_every_title_is_its_own(district):
    titles = [in_locale(task.title, "de") for task in district.tasks.values()]

    assert set().union(*(task.skills for task in district.tasks.values())) <= set(
        district.skills
    )
    assert len(titles) == len(set(titles)) == 50


def test_tasks_with_minors_always_suggest_a_conduct_certificate(district):
    unsafe = [
        code
        for code, task in district.tasks.items()
        if task.minors_present and Check.CONDUCT_CERTIFICATE not in task.checks
    ]

    assert unsafe == []


def test_fields_have_a_name_in_every_locale(district):
    assert set(district.fields) == set(Field)
    for names in district.fields.values():
        assert set(names) == set(LOCALES)


def test_a_tandem_can_end_for_reasons_with_a_name_in_every_locale(district):
    assert {"goal_reached", "no_time", "moved_away", "did_not_fit", "other"} == set(
        district.tandem_ends
    )
    for end in district.tandem_ends.values():
        assert set(end.name) == set(LOCALES)
    assert [code for code, end in district.tandem_ends.items() if end.completes] == [
        "goal_reached"
    ]


def test_words_that_a_locale_lacks_are_german(district):
    title = district.tasks["moving_house"].title

    assert in_locale(title, "en") == "Help with moving house"
    assert in_locale(title, "uk") == in_locale(title, "de-simple") == "Hilfe beim Umzug"


def test_every_offered_language_has_a_german_name_of_its_own(district):
    names = {language_name(language.tag, "de") for language in district.languages}

    assert len(names) == len(district.languages) >= 25
    assert "Unbekannte Sprache" not in " ".join(names)
    assert district.languages[0].tag == "de"


@pytest.mark.parametrize("place", load_district().municipalities, ids=lambda place: place.name)
def test_a_main_place_lies_within_its_outline_and_near_its_postcode(district, place):
    corners = [corner for ring in place.outline for corner in ring]
    # GeoNames gives some places to the nearest minute of arc only, which is about a kilometre.
    beside = min(distance_km(place.point, corner) for corner in corners) < 1

    assert beside or any(contains(ring, place.point) for ring in place.outline)
    assert distance_km(place.point, district.locate(place.postcode)) < 12


def contains(ring: tuple[Point, ...], point: Point) -> bool:
    """Say whether the ring winds around the point."""
    turned = 0.0
    for one, other in zip(ring, (*ring[1:], ring[0]), strict=True):
        start = math.atan2(one.lat - point.lat, one.lon - point.lon)
        end = math.atan2(other.lat - point.lat, other.lon - point.lon)
        turned += (end - start + math.pi) % math.tau - math.pi
    return abs(turned) > math.pi


def test_a_municipality_is_located_by_its_name_however_it_is_spelled(district):
    by_name = district.locate("04639", "Gößnitz")

    assert by_name == Point(50.88902, 12.43292)
    assert district.locate(" 04639", "  goessnitz ") == by_name
    assert district.locate("04618", "langenleuba niederhain") == Point(50.95991, 12.58857)


def test_an_unknown_village_or_another_postcode_is_located_by_the_postcode(district):
    middle = Point(50.8965, 12.3075)

    assert district.locate("04626") == middle
    assert district.locate("04626", "Großstechau") == middle
    assert district.locate("04626", "Altenburg") == middle


def test_a_neighbour_can_be_located_but_is_in_no_municipality(district):
    assert distance_km(district.locate("07545"), district.locate("04600")) < 30
    assert district.municipality_of("07545", "Gera") is None
    assert district.municipality_of("07545", "Altenburg") is None


@pytest.mark.parametrize("postcode", ["10115", "4600", "", "04600a"])
def test_a_postcode_far_away_is_refused_by_its_field(district, postcode):
    with pytest.raises(PostcodeUnknown) as refused:
        district.locate(postcode, field="volunteer.postcode")

    assert refused.value.field == "volunteer.postcode"
    assert refused.value.code == "district.postcode_unknown"


def test_a_municipality_is_told_only_where_it_is_certain(district):
    def told(postcode: str, municipality: str | None = None) -> str | None:
        place = district.municipality_of(postcode, municipality)
        return place.name if place else None

    assert told("04610") == "Meuselwitz"
    assert told("04626") is None
    assert told("04626", "SCHMÖLLN") == "Schmölln"
    assert told("04618", "Nobitz") == "Nobitz"  # two of its villages have this postcode


def test_thuringia_s_own_holidays_are_quiet(district):
    holidays = district.holidays([2026, 2027])
    quiet = QuietHours.parse(
        "20:00-07:00,sun,holidays", holidays=holidays, tz=district.timezone
    )

    assert {date(2026, 9, 20), date(2026, 10, 31), date(2027, 3, 29)} <= quiet.dates
    assert date(2026, 11, 18) not in quiet.dates  # Saxony's


def test_the_office_can_be_rung_and_only_at_an_invented_address(district):
    office = district.office

    assert office.hours.free_half_hours() >= 20
    assert office.email.endswith(f"@{office.mail_domain}")
    assert office.mail_domain.endswith(".example")


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        ("fields.toml", 'pl = "Praca"\n', "", r"fields\.toml: work\.pl: is missing"),
        ("fields.toml", "[health]", "[wealth]", r"fields\.toml: wealth: "),
        ("tasks.toml", 'kind = "tandem"', 'kind = "duet"', r"tasks\.toml: language_tandem\.kind: "),
        ("tasks.toml", '["baking"]', '["juggling"]', r"tasks\.toml: meeting_cafe\.skills: juggling"),
        ("tasks.toml", 'en = "Language tandem"', 'fr = "x"', r"tasks\.toml: language_tandem\.title: .*en"),
        ("tasks.toml", "[german_practice]", "[german_practice", r"tasks\.toml: "),
        ("skills.toml", 'de = "Backen", ', "", r"skills\.toml: baking: .*de"),
        ("tandem_ends.toml", 'pl = "Inny powód"\n', "", r"tandem_ends\.toml: other\.name\.pl: is missing"),
        ("tandem_ends.toml", "true", '"perhaps"', r"tandem_ends\.toml: goal_reached\.completes: "),
        ("tandem_ends.toml", "[no_time", "[No_time", r"tandem_ends\.toml: No_time: "),
        ("languages.toml", "fa = 0.05", "xx = 0.05", r"languages\.toml: shares\.xx: "),
        ("languages.toml", "fa = 0.05", "fa = 5", r"languages\.toml: shares\.fa: "),
        ("languages.toml", "fa = 0.05", 'fa = "few"', r"languages\.toml: shares\.fa: "),
        ("office.toml", "tue 09:00-12:00", "tue 09:00-26:00", r"office\.toml: hours: .*hours\.1\.to"),
        ("office.toml", 'phone = "030 23125 447"\n', "", r"office\.toml: phone: "),
        ("district.toml", '"TH"', '"TX"', r"district\.toml: state: "),
        ("district.toml", "Europe/Berlin", "Europe/Rositz", r"district\.toml: timezone: "),
        ("district.toml", "50.9776,", "150.9776,", r"district\.toml: postcodes\.04600: "),
        ("district.toml", '"04600"', '"4600"', r"district\.toml: postcodes\.4600: "),
        ("places.csv", "50.98763", "north", r"places\.csv: line 2: latitude: "),
        ("places.csv", "population", "people", r"places\.csv: line 2: "),
        ("places.csv", "04600", "10115", r"places\.csv: line 2: postcode: "),
        ("places.csv", "Altenburg", "Altenstadt", r"places\.csv: line 2: municipality: "),
        ("municipalities.geojson", '"name":"Altenburg"', '"title":"x"', r"features\.0: name: is missing"),
        ("municipalities.geojson", "{", "", r"municipalities\.geojson: "),
    ],
)  # fmt: skip
def test_a_broken_file_is_told_with_its_name_and_key(folder, file, old, new, told):
    path = folder / file
    content = path.read_text(encoding="utf-8")
    assert old in content
    path.write_text(content.replace(old, new, 1), encoding="utf-8")

    with pytest.raises(DistrictDataBroken, match=told):
        load_district(folder)


@pytest.mark.parametrize(
    "file", [path.name for path in DEFAULT_FOLDER.iterdir() if path.name != "NOTICE.md"]
)
def test_a_missing_file_is_told_by_its_name(folder, file):
    (folder / file).unlink()

    with pytest.raises(DistrictDataBroken, match=file):
        load_district(folder)


def test_every_file_has_its_source_in_the_notice():
    notice = (DEFAULT_FOLDER / "NOTICE.md").read_text(encoding="utf-8")

    for path in DEFAULT_FOLDER.iterdir():
        assert path.name == "NOTICE.md" or f"`{path.name}`" in notice
