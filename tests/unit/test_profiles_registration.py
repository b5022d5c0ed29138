"""What a registration must be, rule by rule."""

from datetime import date, timedelta

import pytest

from services.profiles.domain.registration import (
    check_consent_text,
    check_description,
    check_held,
    may_mail_again,
)
from shared.contracts.values import HeldCheck
from shared.district import load_district
from shared.kernel.errors import FieldsRefused, Refusal
from shared.kernel.fields import Channel, Check, Share, Travel
from shared.kernel.findings import Findings
from shared.kernel.languages import LanguageSkill, Level, Mode
from tests.people_builders import NOON, a_registration

DISTRICT = load_district()
TODAY = date(2026, 11, 23)


def checked(**stated):
    found = Findings()
    wish = a_registration(**stated)
    volunteer = check_description(wish, DISTRICT, TODAY, found)
    check_consent_text(wish.consent_version, found)
    found.refuse()
    return volunteer


def faults(**stated):
    """Fields and codes of what is refused."""
    with pytest.raises(Refusal) as refused:
        checked(**stated)
    return [(error.field, error.code) for error in refused.value.errors]


def test_what_is_missing_is_unknown_and_the_budget_is_two():
    profile = checked().profile

    assert (profile.radius_km, profile.availability, profile.gender) == (None, None, None)
    assert (profile.languages, profile.skills, profile.fields, profile.travel) == ((),) * 4
    assert profile.asks_per_week == 2
    assert checked(asks_per_week=0).profile.asks_per_week == 0


def test_the_way_to_ask_is_mail_if_there_is_an_address():
    assert checked(phone="03447 1234").channel is Channel.EMAIL
    assert checked(phone="03447 1234", channel="phone").channel is Channel.PHONE
    assert checked(phone="03447 1234", email=None).channel is Channel.PHONE
    assert checked(phone="03447 1234", email=" ").channel is Channel.PHONE


def test_one_way_to_reach_somebody_is_needed_and_it_must_be_the_one_they_chose():
    missing = "profiles.address_missing"
    assert faults(email=None) == [("email", missing)]
    assert faults(email="", phone=" ") == [("email", missing)]
    assert faults(channel="phone") == [("phone", missing)]
    assert faults(email=None, phone="03447 1234", channel="email") == [("email", missing)]


def test_nobody_shares_what_they_did_not_give():
    assert faults(shares="phone") == [("shares", "profiles.address_missing")]
    assert faults(shares="email", email=None, phone="03447 1234") == [
        ("shares", "profiles.address_missing")
    ]
    assert checked(shares="email").shares is Share.EMAIL
    assert checked().shares is Share.COORDINATOR


def test_the_place_is_the_municipality_s_if_it_is_certain_and_the_postcode_s_if_not():
    assert checked(postcode=" 04613 ").municipality == "Lucka"
    named = checked(postcode="04626", municipality="SCHMOELLN")
    assert (named.municipality, named.postcode) == ("Schmölln", "04626")
    village = checked(postcode="04626", municipality="Klein-Zossen")
    assert village.municipality == "Klein-Zossen"
    assert named.point != village.point
    assert checked(postcode="04552").municipality is None
    assert faults(postcode="20095") == [("postcode", "district.postcode_unknown")]


def test_a_language_is_kept_once_with_its_best_level_and_all_its_modes():
    volunteer = checked(
        languages=[
            {"tag": "AR", "level": "b1", "modes": ["talk"]},
            {"tag": "ar", "level": "NATIVE", "modes": ["Interpret"]},
            {"tag": "prs", "level": "C1"},
        ]
    )

    assert volunteer.profile.languages == (
        LanguageSkill("ar", Level.NATIVE, frozenset({Mode.TALK, Mode.INTERPRET})),
        LanguageSkill("prs", Level.C1),
    )


def test_each_entry_at_fault_is_named_by_its_position():
    assert faults(
        languages=[
            {"tag": "de", "level": "C3"},
            {"tag": "", "level": "A1", "modes": ["talk", "sing"]},
        ],
        skills=["baking", "flying"],
        availability=[
            {"weekday": 0, "from": "18:00", "to": "20:00"},
            {"weekday": 1, "from": "18:00", "to": "18:00"},
            {"weekday": 2, "from": "24:30", "to": "25:00"},
        ],
        absences=[
            {"from_on": "2026-12-01", "to_on": "2026-12-01"},
            {"from_on": "2026-12-02", "to_on": "2026-12-01"},
            {"from_on": "2026-12-02", "to_on": "2028-12-01"},
        ],
    ) == [
        ("languages.0.level", "languages.level_unknown"),
        ("languages.1.tag", "languages.unknown"),
        ("languages.1.modes.1", "profiles.mode_unknown"),
        ("skills.1", "profiles.skill_unknown"),
        ("availability.1.to", "weeks.unclear"),
        ("availability.2.from", "weeks.unclear"),
        ("absences.1.to_on", "profiles.absence_unclear"),
        ("absences.2.to_on", "profiles.absence_unclear"),
    ]


def test_free_times_are_kept_as_half_hours_and_an_empty_list_says_nothing():
    week = checked(availability=[{"weekday": 0, "from": "18:10", "to": "20:00"}]).profile
    assert week.availability is not None
    assert week.availability.to_text() == "mon 18:30-20:00"
    assert checked(availability=[]).profile.availability is None
    assert faults(availability=[{"weekday": 0, "from": "18:10", "to": "18:40"}]) == [
        ("availability.0", "weeks.unclear")
    ]


def test_absences_that_are_over_are_not_kept_and_the_others_are_sorted():
    volunteer = checked(
        absences=[
            {"from_on": "2027-01-01", "to_on": "2027-01-05"},
            {"from_on": "2026-11-01", "to_on": "2026-11-22"},
            {"from_on": "2026-11-01", "to_on": "2026-11-23"},
        ]
    )

    assert [absence.to_on for absence in volunteer.absences] == [
        date(2026, 11, 23),
        date(2027, 1, 5),
    ]
    assert volunteer.absent_until == date(2027, 1, 5)
    assert checked().absent_until is None


def test_repeated_choices_count_once_in_the_order_given():
    profile = checked(
        travel=["car", "foot", "car"], skills=["sewing", "baking", " Sewing "]
    ).profile

    assert profile.travel == (Travel.CAR, Travel.FOOT)
    assert profile.skills == ("sewing", "baking")


def test_a_list_that_no_person_writes_is_refused_as_a_whole():
    assert faults(skills=["baking"] * 61) == [("skills", "profiles.too_many_entries")]


def test_consent_is_required_and_short():
    assert faults(consent_version=" ") == [("consent_version", "text.missing")]
    assert faults(consent_version="x" * 41) == [("consent_version", "text.too_long")]


def test_one_fault_is_its_own_refusal_and_several_come_together():
    with pytest.raises(Refusal) as one:
        checked(first_name="")
    assert one.value.code == "text.missing"
    with pytest.raises(FieldsRefused):
        checked(first_name="", last_name="www.x.example")


def test_a_person_is_address_and_name_together():
    amira = checked().identity

    assert checked(first_name=" amira ", email="AMIRA@HADDAD.example").identity == amira
    assert checked(phone="03447 1234", postcode="04613").identity == amira
    assert checked(first_name="Tarek").identity != amira
    assert checked(last_name=None).identity != amira
    assert checked(email="other@haddad.example").identity != amira
    assert checked(first_name="Amira Haddad", last_name=None).identity != amira


def test_each_check_is_kept_once_with_its_latest_day_and_holds_on_its_last():
    found = Findings()
    held = [
        HeldCheck(check=Check.TRAINING, valid_until=date(2027, 1, 1)),
        HeldCheck(check=Check.TRAINING, valid_until=date(2028, 1, 1)),
        HeldCheck(check=Check.CONFIDENTIALITY, valid_until=TODAY),
    ]

    checks = check_held(held, TODAY, found)

    found.refuse()
    assert checks == {
        Check.TRAINING: date(2028, 1, 1),
        Check.CONFIDENTIALITY: TODAY,
    }


def test_an_address_is_mailed_again_when_fewer_than_three_mails_are_younger_than_a_day():
    hours = [NOON - timedelta(hours=hour) for hour in (1, 2, 23)]
    assert not may_mail_again(hours, NOON)
    assert may_mail_again(hours, NOON + timedelta(hours=1))
    assert may_mail_again(hours[:2], NOON)
    assert may_mail_again([], NOON)
