"""What a contract refuses is told in sentences that say what to give instead."""

from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, Field, ValidationError

from shared.kernel.fields import Channel
from shared.web.field_errors import from_pydantic


class Form(BaseModel):
    channel: Channel = Channel.EMAIL
    days: Literal["one", "two", "three"] = "one"
    asks: Annotated[int, Field(ge=1, le=14)] = 2
    share: Annotated[float, Field(gt=0, lt=1)] = 0.5
    name: Annotated[str, Field(min_length=1, max_length=20)] = "x"
    list: Annotated[tuple[str, ...], Field(min_length=1, max_length=2)] = ("x",)


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("channel", "Brieftaube", "This is not one of the choices; give email or phone."),
        ("days", "Brieftaube", "This is not one of the choices; give one, two or three."),
        ("asks", 0, "This is too small; give at least 1."),
        ("asks", 77, "This is too large; give at most 14."),
        ("asks", "Brieftaube", "This is not a whole number."),
        ("share", 0, "This is too small; give more than 0.0."),
        ("share", 1, "This is too large; give less than 1.0."),
        ("name", "", "This text has too few characters; give at least 1."),
        ("name", "Brieftaube" * 3, "This text has too many characters; give at most 20."),
        ("list", (), "These are too few entries; give at least 1."),
        ("list", ("a", "b", "c"), "These are too many entries; give at most 2."),
    ],
)
def test_a_refused_value_says_what_to_give_instead(field, value, told):
    with pytest.raises(ValidationError) as refused:
        Form.model_validate({field: value})

    (error,) = from_pydantic(refused.value.errors(include_url=False, include_input=False))

    assert (error.field, error.message) == (field, told)
