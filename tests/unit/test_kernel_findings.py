"""What is found wrong is told at once, each fault by itself."""

import pytest

from shared.kernel.errors import FieldsRefused, Refusal
from shared.kernel.findings import Findings


def refuse(*errors: Refusal) -> None:
    raise FieldsRefused(errors) if len(errors) > 1 else errors[0]


def test_nothing_found_refuses_nothing():
    Findings().refuse()


def test_several_fields_that_one_step_refuses_are_several_findings():
    found = Findings()
    whole, name, first, last = (
        Refusal("x", field=field) for field in (None, "name", "starts_on", "ends_on")
    )

    found.read(lambda: refuse(whole), None)
    found.read(lambda: refuse(name), None)
    found.read(lambda: refuse(first, last), None)

    assert found.refusals == (whole, name, first, last)
    with pytest.raises(FieldsRefused) as refused:
        found.refuse()
    assert refused.value.errors == found.refusals
