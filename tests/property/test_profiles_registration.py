"""Registrations of anything at all: clean, or refused by field, and never by accident."""

import json
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from services.profiles.domain.registration import check_registration
from services.profiles.store import profile_json
from shared.contracts.values import RosterEntry
from shared.district import load_district
from shared.kernel.errors import Refusal
from shared.kernel.findings import Findings
from shared.kernel.people import (
    clean_email,
    clean_name,
    clean_phone,
    comparable,
    phone_key,
    searchable,
)
from tests.people_builders import a_registration

DISTRICT = load_district()
TODAY = date(2026, 11, 23)

WORDS = st.text(max_size=90)
PHONES = st.text(alphabet="0123456789+-/() .", max_size=30) | WORDS
EMAILS = st.emails() | WORDS
CLOCK = st.from_regex(r"\A[0-9]{2}:[0-9]{2}\Z")
TIMES = st.fixed_dictionaries({"weekday": st.integers(0, 6), "from": CLOCK, "to": CLOCK})
DAYS = st.dates(date(2026, 1, 1), date(2029, 1, 1))

REGISTRATIONS = st.builds(
    a_registration,
    first_name=WORDS,
    last_name=st.none() | WORDS,
    email=st.none() | EMAILS,
    phone=st.none() | PHONES,
    channel=st.sampled_from([None, "email", "phone"]),
    locale=st.sampled_from(["de", "uk-UA", "", "zz"]) | WORDS,
    postcode=st.sampled_from(["04600", "04626", " 04552", "1"]) | WORDS,
    municipality=st.none() | st.sampled_from(["Schmölln", "Lucka"]) | WORDS,
    languages=st.lists(
        st.fixed_dictionaries(
            {
                "tag": st.sampled_from(["de", "AR_sy", "prs"]) | WORDS,
                "level": st.sampled_from(["A1", "native"]) | WORDS,
                "modes": st.lists(st.sampled_from(["talk", "write"]) | WORDS, max_size=3),
            }
        ),
        max_size=4,
    ),
    skills=st.lists(st.sampled_from(["baking", "sewing"]) | WORDS, max_size=4),
    availability=st.none() | st.lists(TIMES, max_size=4),
    absences=st.lists(st.fixed_dictionaries({"from_on": DAYS, "to_on": DAYS}), max_size=4),
    shares=st.sampled_from([None, "phone", "email", "coordinator"]),
    consent_version=st.just("1") | WORDS,
)


def faults_of(found):
    try:
        found.refuse()
    except Refusal as refusal:
        return refusal.errors or (refusal,)
    return ()


@settings(max_examples=300)
@given(REGISTRATIONS)
def test_a_registration_is_kept_clean_or_refused_by_its_fields(wish):
    found = Findings()
    volunteer = check_registration(wish, DISTRICT, TODAY, found)
    faults = faults_of(found)
    if faults:
        known = set(type(wish).model_fields)
        assert all((error.field or "").partition(".")[0] in known for error in faults)
        return
    assert volunteer.first_name
    assert volunteer.email or volunteer.phone
    assert volunteer.absences == tuple(sorted(volunteer.absences, key=lambda one: one.from_on))
    kept = json.loads(json.dumps(profile_json(volunteer.profile)))
    assert "\0" not in json.dumps(kept)
    RosterEntry.model_validate(
        kept
        | {
            "volunteer_id": "01a20064-1758-765e-948b-4384ffb94618",
            "version": 1,
            "state": "active",
            "channel": volunteer.channel,
            "point": {"latitude": volunteer.point.lat, "longitude": volunteer.point.lon},
        }
    )


def cleaned(clean, typed):
    try:
        return clean(typed)
    except Refusal:
        return None


@settings(max_examples=500)
@given(PHONES)
def test_a_cleaned_number_stays_as_it_is_and_has_at_most_fifteen_digits(typed):
    number = cleaned(clean_phone, typed)
    if number is not None:
        assert clean_phone(number) == number
        assert 8 <= len(phone_key(number)) <= 16
        assert len(number) <= 40


@given(EMAILS)
def test_a_cleaned_address_stays_as_it_is(typed):
    address = cleaned(clean_email, typed)
    if address is not None:
        assert clean_email(address) == address
        assert len(address) <= 254


@given(WORDS)
def test_a_cleaned_name_stays_as_it_is(typed):
    name = cleaned(lambda text: clean_name(text, field="first_name"), typed)
    if name is not None:
        assert clean_name(name, field="first_name") == name


@given(WORDS)
def test_comparing_and_searching_forget_case(word):
    assert comparable(comparable(word)) == comparable(word)
    assert searchable(searchable(word)) == searchable(word)
    if word.upper().lower() == word.lower():
        assert searchable(word.lower()) == searchable(word.upper().lower())
