"""Codes are the outside interface's words."""

from enum import StrEnum

import pytest

from shared.kernel import fields

CODES = [
    value for value in vars(fields).values() if isinstance(value, type) and value is not StrEnum
]


@pytest.mark.parametrize("codes", CODES, ids=lambda codes: codes.__name__)
def test_every_code_is_its_name_in_lower_case(codes):
    assert [code.value for code in codes] == [code.name.lower() for code in codes]


def test_the_concept_has_eight_fields():
    assert len(fields.Field) == 8
