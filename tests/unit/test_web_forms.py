"""Forms become models, or come back as they were typed with what is wrong."""

from typing import Annotated, ClassVar
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from shared.kernel.errors import Refusal
from shared.web.field_errors import FieldError
from shared.web.forms import Form, parse_form


class Slot(BaseModel):
    starts_at: int
    from_: Annotated[str, Field(alias="from")] = "00:00"


class Request(BaseModel):
    title: Annotated[str, Field(max_length=20)]
    places: int = 1
    phone: str | None = None
    languages: list[str] = []
    days: frozenset[int] | None = None
    slots: tuple[Slot, ...] = ()
    urgent: bool = False
    asked: Annotated[list[str], Field(alias="ask")] = []


class TooLate(Refusal):
    code: ClassVar[str] = "requests.too_late"


def test_flat_names_take_the_models_shape() -> None:
    form = parse_form(
        {
            "title": ["Deutsch"],
            "places": ["3"],
            "languages": ["ar", "uk"],
            "days": ["1"],
            "slots.0.starts_at": ["5"],
            "slots.4.starts_at": ["6"],
            "slots.4.from": ["09:00"],
            "urgent": ["true"],
            "ask": ["ada"],
        },
        Request,
    )

    assert form.errors == ()
    assert form.value == Request(
        title="Deutsch",
        places=3,
        languages=["ar", "uk"],
        days=frozenset({1}),
        slots=(Slot(starts_at=5), Slot.model_validate({"starts_at": 6, "from": "09:00"})),
        urgent=True,
        ask=["ada"],
    )


def test_an_empty_field_counts_as_not_given() -> None:
    form = parse_form({"title": ["Deutsch"], "places": [""], "phone": [""]}, Request)

    assert form.value == Request(title="Deutsch")


def test_an_entry_left_empty_disappears() -> None:
    form = parse_form(
        {"title": ["x"], "slots.0.starts_at": [""], "slots.1.starts_at": ["7"]}, Request
    )

    assert form.value is not None
    assert [slot.starts_at for slot in form.value.slots] == [7]


def test_a_refused_form_keeps_what_was_typed_and_its_key() -> None:
    nonce = str(UUID(int=5))
    form = parse_form(
        {
            "title": [""],
            "places": ["drei"],
            "languages": ["ar"],
            "slots.0.starts_at": ["früh"],
            "nonce": [nonce],
        },
        Request,
    )

    assert form.value is None
    assert form.text("places") == "drei"
    assert form.chose("languages", "ar")
    assert not form.chose("languages", "uk")
    assert form.nonce == nonce
    errors = {error.field: error.code for error in form.errors}
    assert errors == {
        "title": "missing",
        "places": "int_parsing",
        "slots.0.starts_at": "int_parsing",
    }


def test_no_error_repeats_what_was_typed() -> None:
    form = parse_form({"title": ["x" * 21], "places": ["Ada"]}, Request)

    assert "Ada" not in str(form.errors)
    assert form.errors[0].limits == {"limit": 20}


def test_an_error_in_a_group_of_choices_belongs_to_the_group() -> None:
    form = parse_form({"title": ["x"], "days": ["1", "x"]}, Request)

    error = form.error("days")
    assert error is not None
    assert error.field == "days.1"
    assert form.error("day") is None


def test_a_refusal_of_the_service_stands_at_its_field_or_on_top() -> None:
    form: Form[Request] = Form.blank({"title": "Deutsch"})

    at_field = form.refused_by(TooLate("Too late.", field="slots.0.starts_at"))
    on_top = form.refused_by(TooLate("Too late."))

    assert at_field.error("slots.0.starts_at") is not None
    assert on_top.errors == (FieldError("", "requests.too_late", "Too late."),)
    assert on_top.text("title") == "Deutsch"


def test_a_new_form_has_a_new_key_and_a_forged_key_is_replaced() -> None:
    first: Form[Request] = Form.blank()
    second: Form[Request] = Form.blank()
    forged = parse_form({"title": ["x"], "nonce": ["'; drop"]}, Request)

    assert first.nonce != second.nonce
    assert str(UUID(forged.nonce)) == forged.nonce


NAMES = st.from_regex(r"[a-z0-9.]{0,12}", fullmatch=True) | st.sampled_from(
    ["slots", "slots.0", "slots.0.starts_at", "slots.x", "slots.0.starts_at.9", "title.0"]
)


@given(st.dictionaries(NAMES, st.lists(st.text(max_size=5), min_size=1, max_size=3)))
def test_no_form_whatever_breaks_the_parser(typed: dict[str, list[str]]) -> None:
    form = parse_form(typed, Request)

    assert (form.value is None) == bool(form.errors)
    for name, values in typed.items():
        if name != "nonce":
            assert form.text(name) == values[-1]


def test_errors_are_told_once_a_field_in_the_order_of_the_page_and_the_whole_first() -> None:
    form: Form[Request] = Form[Request].blank()
    told = form.refused(
        FieldError("urgent", "a", ""),
        FieldError("slots.1.starts_at", "b", ""),
        FieldError("title", "first", ""),
        FieldError("", "whole", ""),
        FieldError("title", "second", ""),
        FieldError("slots.0.starts_at", "c", ""),
    ).in_order(Request.model_fields)

    assert [(error.field, error.code) for error in told.errors] == [
        ("", "whole"),
        ("title", "first"),
        ("slots.1.starts_at", "b"),
        ("slots.0.starts_at", "c"),
        ("urgent", "a"),
    ]
