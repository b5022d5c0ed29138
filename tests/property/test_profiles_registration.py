"""Registrations of anything at all: clean, or refused by field, and never by accident."""

import json
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from services.profiles.domain.registration import check_consent_text, check_description
from services.profiles.store import described_columns, profile_json
from shared.contracts.profiles import ChangeVolunteer, VolunteerDescription
from shared.contracts.values import RosterEntry
from shared.district import load_district
from shared.kernel.errors import Refusal
from shared.kernel.findings import Findings
from shared.kernel.ids import new_id
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

HALF_HOURS = st.integers(0, 47).map(lambda half: f"{half // 2:02}:{half % 2 * 30:02}")
FREE = st.tuples(HALF_HOURS, HALF_HOURS, st.integers(0, 6)).filter(
    lambda time: time[0] != time[1]
)
PLAUSIBLE = st.builds(
    a_registration,
    first_name=st.sampled_from(["Amira", " Zoë  Maria ", "Ömer"]),
    last_name=st.sampled_from([None, "", "Haddad"]),
    phone=st.sampled_from(["03447 586123", "+380 44 1234567"]),
    channel=st.sampled_from([None, "email", "phone"]),
    locale=st.sampled_from(["de", "ar", "uk-UA"]),
    postcode=st.sampled_from(["04600", "04626", "04639"]),
    municipality=st.sampled_from([None, "", "Schmölln", "Am Ende der Welt"]),
    radius_km=st.none() | st.integers(1, 200),
    travel=st.lists(st.sampled_from(["foot", "car", "bicycle"]), max_size=4),
    languages=st.lists(
        st.fixed_dictionaries(
            {
                "tag": st.sampled_from(["de", "AR_sy", "prs", "uk"]),
                "level": st.sampled_from(["A1", "c1", "native"]),
                "modes": st.lists(st.sampled_from(["talk", "write", "interpret"]), max_size=3),
            }
        ),
        max_size=4,
    ),
    fields=st.lists(st.sampled_from(["work", "language", "health"]), max_size=4),
    skills=st.lists(st.sampled_from(["baking", " Sewing"]), max_size=3),
    availability=st.none()
    | st.lists(
        FREE.map(lambda time: {"weekday": time[2], "from": time[0], "to": time[1]}), max_size=6
    ),
    absences=st.lists(
        st.tuples(DAYS, st.integers(0, 300)).map(
            lambda away: {"from_on": away[0], "to_on": away[0] + timedelta(days=away[1])}
        ),
        max_size=4,
    ),
    asks_per_week=st.none() | st.integers(0, 14),
    hours_per_week=st.none() | st.integers(1, 60),
    gender=st.sampled_from([None, "female", "diverse"]),
    shares=st.sampled_from([None, "phone", "email", "coordinator"]),
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
    volunteer = check_description(wish, DISTRICT, TODAY, found)
    check_consent_text(wish.consent_version, found)
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


@given(REGISTRATIONS)
def test_a_change_is_taken_or_refused_as_the_same_registration_is(wish):
    change = ChangeVolunteer.model_validate(
        wish.model_dump() | {"volunteer_id": new_id(), "version": 1}
    )
    registered, changed = Findings(), Findings()

    volunteer = check_description(wish, DISTRICT, TODAY, registered)

    assert check_description(change, DISTRICT, TODAY, changed) == volunteer
    faults = [(error.field, error.code) for error in faults_of(registered)]
    assert [(error.field, error.code) for error in faults_of(changed)] == faults


@given(PLAUSIBLE)
def test_what_is_kept_is_taken_again_as_it_is(wish):
    """A page fills its form with what is kept: sending it back must change nothing."""
    found = Findings()
    columns = described_columns(check_description(wish, DISTRICT, TODAY, found))
    assert faults_of(found) == ()
    kept = json.loads(json.dumps(columns, default=str))

    again = Findings()
    shown = VolunteerDescription.model_validate(
        kept | kept["profile"] | {"absences": kept["absences"] or ()}
    )
    sent_back = described_columns(check_description(shown, DISTRICT, TODAY, again))

    assert faults_of(again) == ()
    assert json.loads(json.dumps(sent_back, default=str)) == kept


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
