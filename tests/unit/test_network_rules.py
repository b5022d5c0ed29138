"""Rules of `network`: tokens, links, standing."""

from datetime import UTC, datetime, timedelta

import pytest

from services.network.domain.link_requests import LinkRequests
from services.network.domain.registration import (
    check_contact,
    check_organisation,
    identity_of,
)
from services.network.domain.standing import Standing, State
from services.network.domain.tokens import hash_of, token_of
from shared.district import load_district
from shared.kernel.errors import Refusal
from tests.people_builders import an_organisation

DISTRICT = load_district()
NOON = datetime(2026, 11, 23, 11, tzinfo=UTC)


def test_a_token_has_a_prefix_that_scanners_can_know_and_all_of_its_chance():
    tokens = {token_of(bytes([byte]) * 32) for byte in range(256)}

    assert len(tokens) == 256
    assert {len(token) for token in tokens} == {47}
    assert all(token.startswith("brk_") for token in tokens)


def test_a_token_of_less_chance_is_not_made():
    with pytest.raises(ValueError, match="32 bytes"):
        token_of(b"short")


def test_the_hash_of_a_token_is_that_of_its_whole_text():
    # The SHA-256 of "abc" from FIPS 180-2, appendix B.1.
    assert hash_of("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_a_link_is_mailed_three_times_in_any_day():
    requests = LinkRequests()
    mailed = 0
    for hour in range(48):
        after = requests.after(NOON + timedelta(hours=hour))
        mailed += after != requests
        requests = after

    assert mailed == 6
    assert len(requests.mailed_at) == 3


def test_a_confirmation_moves_only_who_was_unconfirmed():
    after = {state: Standing(state).confirmed().state for state in State}

    assert after == {
        State.UNCONFIRMED: State.UNVERIFIED,
        State.UNVERIFIED: State.UNVERIFIED,
        State.VERIFIED: State.VERIFIED,
        State.SUSPENDED: State.SUSPENDED,
    }


def test_only_the_unconfirmed_lapse():
    assert [state for state in State if Standing(state).may_lapse] == [State.UNCONFIRMED]
    assert not Standing().verified().may_lapse
    assert not Standing().suspended().may_lapse


def test_an_organisation_is_known_by_its_contact_s_address_in_any_case():
    assert identity_of("Jana@x.example") == identity_of("jana@x.example")
    assert identity_of("jana@x.example") != identity_of("jan@x.example")


def test_a_seat_may_be_outside_the_district_and_a_village_keeps_its_name():
    far = check_organisation(an_organisation(postcode="99084", municipality="Erfurt"), DISTRICT)
    none = check_organisation(an_organisation(postcode=None, municipality=" "), DISTRICT)
    near = check_organisation(an_organisation(municipality="lucka"), DISTRICT)

    assert (far.postcode, far.municipality) == ("99084", "Erfurt")
    assert (none.postcode, none.municipality) == (None, None)
    assert near.municipality == "Lucka"


@pytest.mark.parametrize("postcode", ["0460", "046000", "O4600", "٠٤٦٠٠"])
def test_a_postcode_has_five_digits(postcode):
    with pytest.raises(Refusal) as refused:
        check_organisation(an_organisation(postcode=postcode), DISTRICT)
    assert (refused.value.code, refused.value.field) == ("network.postcode_unclear", "postcode")


def test_a_contact_is_the_same_in_two_spellings_and_another_with_another_number():
    one = check_contact("Frau Lindner", "034492 777").identity

    assert check_contact("  FRAU  LINDNER ", "+49 34492/777").identity == one
    assert check_contact("Frau Lindner", "034492 778").identity != one
    assert check_contact("Frau Lindner", None).identity != one
