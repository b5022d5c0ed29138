"""Distances are those of a map."""

import pytest

from shared.district import load_district
from shared.kernel.places import EARTH_RADIUS_KM, Point, distance_km, municipality_code

ALTENBURG = Point(50.98763, 12.43684)
SCHMOELLN = Point(50.89678, 12.35339)


def test_altenburg_is_eleven_and_a_half_kilometres_from_schmoelln():
    assert distance_km(ALTENBURG, SCHMOELLN) == pytest.approx(11.67, abs=0.01)


def test_a_place_is_no_distance_from_itself():
    assert distance_km(ALTENBURG, ALTENBURG) == 0


def test_the_poles_are_half_the_earth_s_circumference_apart():
    apart = distance_km(Point(90, 0), Point(-90, 0))

    assert apart == pytest.approx(EARTH_RADIUS_KM * 3.14159265, rel=1e-6)


def test_the_date_line_does_not_make_neighbours_far():
    assert distance_km(Point(0, 179.9), Point(0, -179.9)) == pytest.approx(22.2, abs=0.1)


@pytest.mark.parametrize(("lat", "lon"), [(90.1, 0), (0, 180.1), (float("nan"), 0)])
def test_no_point_lies_off_the_earth(lat, lon):
    with pytest.raises(ValueError, match="latitude"):
        Point(lat, lon)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Gößnitz", "goessnitz"),
        ("Langenleuba-Niederhain", "langenleuba_niederhain"),
        ("St. Egidien", "st_egidien"),
        ("Čćž", "ccz"),
        ("123", None),
    ],
)
def test_a_municipality_has_a_code(name, code):
    assert municipality_code(name) == code


def test_every_municipality_of_the_district_has_its_own_code():
    municipalities = load_district().municipalities
    codes = {municipality_code(place.name) for place in municipalities}

    assert len(codes) == len(municipalities)
    assert None not in codes
