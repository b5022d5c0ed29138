"""What a world's file may say, and what the two that are there do say."""

from pathlib import Path

import pytest

from services.matching.simulation.reading import WorldUnreadable, read_world

WORLDS = Path(__file__).parents[2] / "infra" / "worlds"


def a_file(folder, text):
    path = folder / "mine.toml"
    (folder / "base.toml").write_text((WORLDS / "base.toml").read_text())
    path.write_text(f'based_on = "base"\n{text}')
    return path


def test_the_base_world_has_the_figures_of_the_study():
    world = read_world(WORLDS / "base.toml")

    assert (world.volunteers.count, world.requests.per_week, world.calendar.weeks) == (
        600,
        25,
        52,
    )
    assert (world.answers.willing_mean, world.answers.willing_spread) == (-1.2, 0.9)
    assert world.languages.shares["ti"] == 0.006
    assert "ti" in world.languages.scarce


def test_overload_overrides_the_number_of_volunteers_and_nothing_else():
    base, overload = (read_world(WORLDS / f"{name}.toml") for name in ("base", "overload"))

    assert overload.volunteers.count == 300
    assert overload.volunteers.radius_km == base.volunteers.radius_km
    for section in ("calendar", "region", "fields", "languages", "requests", "answers"):
        assert getattr(overload, section) == getattr(base, section)


def test_another_figure_makes_another_hash(tmp_path):
    base = read_world(WORLDS / "base.toml")

    assert read_world(WORLDS / "base.toml").hash == base.hash
    assert read_world(WORLDS / "base.toml", weeks=3).hash != base.hash
    assert read_world(WORLDS / "base.toml", weeks=3).calendar.weeks == 3
    assert read_world(a_file(tmp_path, "[answers]\nfatigue = 0.31")).hash != base.hash


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[answers]\nfatige = 0.3", "answers.fatige: is not known"),
        ("moon = 1", "moon: is not known"),
        ("[volunteers]\ncount = 0", "volunteers.count: write at least one volunteer"),
        ("[volunteers]\ncount = 2.5", "volunteers.count: write a value of type int"),
        ("[volunteers]\nradius_km = [[5.0, 0.9]]", "radius_km: the shares do not sum to 1"),
        ("[volunteers]\nday_parts = [9, 10]", "volunteers.day_parts: they overlap"),
        ("[volunteers]\nradius_km = 5", "volunteers.radius_km: write a list"),
        ("[requests]\nposted_between = [8]", "posted_between: write 2 values"),
        ("[requests]\nhours = 5", "requests.hours: as long as a day-part"),
        ("[requests]\nplaces = [[1.5, 1.0]]", "requests.places: write whole numbers"),
        ("[languages]\nscarcer = [['xx', 0.1]]", "scarcer: ['xx'] is no further language"),
        ("[calendar]\nstarts_on = 2026-01-06", "calendar.starts_on: write a Monday"),
        ("[calendar]\nquiet_hours = 'always'", "mine.toml: write times like"),
        ("answers = 3", "answers: write a table"),
        ("[answers", "mine.toml:"),
    ],
)
def test_a_file_that_cannot_be_is_refused_by_its_key(tmp_path, text, told):
    with pytest.raises(WorldUnreadable) as refused:
        read_world(a_file(tmp_path, text))

    assert str(refused.value).startswith("mine.toml: ")
    assert told in str(refused.value)


def test_a_key_that_is_missing_is_named(tmp_path):
    text = (WORLDS / "base.toml").read_text().replace("leaves_power = 1.3", "")
    (tmp_path / "mine.toml").write_text(text)

    with pytest.raises(WorldUnreadable, match=r"answers\.leaves_power: is missing"):
        read_world(tmp_path / "mine.toml")


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(WorldUnreadable, match="nowhere"):
        read_world(tmp_path / "nowhere.toml")
