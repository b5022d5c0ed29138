"""The demo district: always the same, complete, and nobody real."""

import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest

from infra.demo.answering import choice_of, link_in, mood_of, wants_answer
from infra.demo.generate import ORGANISATIONS, REQUESTS, VOLUNTEERS, Demo, generate
from infra.importing.columns import COLUMNS
from shared.contracts.network import RegisterOrganisation
from shared.contracts.profiles import RegisterVolunteer
from shared.contracts.requests import RequestContent
from shared.district import load_district
from shared.kernel.fields import Field, Kind, OrganisationKind, Via

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def district():
    return load_district()


@pytest.fixture(scope="module")
def demo(district) -> Demo:
    return generate(district, seed=2026, now=NOW)


def values(demo: Demo, rows: str, name: str) -> list:
    return [row[name] for row in getattr(demo, rows) if name in row]


def test_the_same_seed_and_day_give_the_same_district(district, demo):
    assert generate(district, seed=2026, now=NOW + timedelta(hours=3)) == demo
    assert generate(district, seed=2027, now=NOW) != demo


def test_it_has_the_promised_size(demo):
    sizes = (len(demo.volunteers), len(demo.organisations), len(demo.requests))

    assert sizes == (VOLUNTEERS, ORGANISATIONS, REQUESTS) == (300, 60, 80)


def test_volunteers_live_in_every_municipality(district, demo):
    assert set(values(demo, "volunteers", "municipality")) == {
        place.name for place in district.municipalities
    }
    assert len(district.municipalities) == 30


def test_every_language_of_the_district_is_spoken(district, demo):
    spoken = Counter(
        language["tag"] for row in demo.volunteers for language in row["languages"]
    )

    assert set(spoken) == {language.tag for language in district.languages}
    assert len(spoken) >= 25
    assert spoken["de"] > VOLUNTEERS * 0.8


def test_requests_are_of_every_kind_and_field_and_organisations_of_every_sort(demo):
    assert set(values(demo, "requests", "kind")) == set(Kind)
    assert set(values(demo, "requests", "field")) == set(Field)
    assert set(values(demo, "organisations", "kind")) == set(OrganisationKind)


def test_half_of_the_requests_come_from_work_school_sport_and_neighbourhood(demo):
    asked = Counter(values(demo, "requests", "field"))
    everyday = (Field.WORK, Field.EDUCATION, Field.SPORT_CULTURE, Field.SOCIAL_INTEGRATION)

    assert sum(asked[field] for field in everyday) >= REQUESTS / 2


def test_nobody_can_be_written_to_or_rung(demo):
    addresses = [*values(demo, "volunteers", "email"), *values(demo, "organisations", "email")]
    numbers = [
        *values(demo, "volunteers", "phone"),
        *values(demo, "organisations", "phone"),
        *values(demo, "requests", "contact_phone"),
    ]

    assert all(address.endswith(".example") for address in addresses)
    # https://www.bundesnetzagentur.de keeps (0)30 23125 000-999 for films and books.
    assert all(re.fullmatch(r"\+49 30 23125\d{3}", number) for number in numbers)


def test_no_two_share_an_address_a_number_or_an_organisations_name(demo):
    for rows, name in (
        ("volunteers", "email"),
        ("volunteers", "phone"),
        ("organisations", "email"),
        ("organisations", "name"),
    ):
        found = values(demo, rows, name)
        assert len(set(found)) == len(found), (rows, name)


def test_requests_lie_in_the_six_weeks_after_the_start(demo):
    dates = [slot["starts_at"] for row in demo.requests for slot in row.get("slots", [])]
    days = values(demo, "requests", "starts_on")

    assert all(timedelta(0) < found - NOW < timedelta(weeks=6) for found in dates)
    assert all(timedelta(0) < found - NOW.date() < timedelta(weeks=6) for found in days)


def test_most_are_known_some_wait_for_a_first_talk_and_some_want_to_be_rung(demo):
    strangers = [row for row in demo.volunteers if "consented_on" not in row]

    assert 10 < len(strangers) < 50
    assert 10 < values(demo, "volunteers", "channel").count("phone") < 50


def test_every_row_has_the_columns_of_a_file_and_fits_the_contracts(demo):
    wish = {"command_key": "demo-key", "via": Via.IMPORT}
    for kind, columns in COLUMNS.items():
        for row in getattr(demo, kind):
            assert set(row) <= set(columns.readers), kind
            assert columns.required <= set(row), kind
    for row in demo.volunteers:
        RegisterVolunteer.model_validate(row | wish)
    for row in demo.organisations:
        RegisterOrganisation.model_validate(row | wish)
    for row in demo.requests:
        RequestContent.model_validate(row)


def test_a_persons_mood_stays_and_some_do_not_read_their_mail():
    moods = [mood_of(f"p{number}@freiwillige.example") for number in range(200)]

    assert mood_of("p7@freiwillige.example") == moods[7]
    assert 100 < sum(mood.reads for mood in moods) < 200


def test_every_choice_is_made_by_somebody():
    class Drawn:
        def __init__(self, number: float) -> None:
            self._number = number

        def random(self) -> float:
            return self._number

    mood = mood_of("p7@freiwillige.example")

    assert choice_of(mood, Drawn(0.0)) == "yes"
    assert choice_of(mood, Drawn(mood.yes + mood.later / 2)) == "later"
    assert choice_of(mood, Drawn(0.999)) == "no"


def a_mail(text: str, *, offer: bool) -> bytes:
    mail = EmailMessage()
    mail["To"] = "p7@freiwillige.example"
    if offer:
        mail["List-Unsubscribe"] = "<http://127.0.0.1:8080/u/token>"
    mail.set_content(text)
    return mail.as_bytes()


def test_only_offers_are_answered():
    text = "Ihre Antwort: http://127.0.0.1:8080/a/abc.def-1_2.xyz und danke"

    assert link_in(a_mail(text, offer=True)) == "http://127.0.0.1:8080/a/abc.def-1_2.xyz"
    assert link_in(a_mail(text, offer=False)) is None
    assert link_in(a_mail("Kein Link", offer=True)) is None


def test_nobody_is_spoken_for_who_has_answered():
    yes, no = ('<button name="choice" value="' + choice + '">' for choice in ("yes", "no"))

    assert wants_answer(yes + no)
    assert not wants_answer(no)
    assert not wants_answer(yes)
    assert not wants_answer("Diese Anfrage wurde zurückgezogen")
