"""Forms of pages: what somebody typed, turned into a pydantic model or kept beside its errors.

Works without JavaScript. Field names are the model's own paths (`title`, `slots.0.starts_at`);
a name that comes several times (checkboxes) becomes a list where the model wants one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import UnionType
from typing import Any, Generic, Self, TypeVar, Union, get_args, get_origin
from uuid import UUID

from pydantic import BaseModel, ValidationError
from starlette.requests import Request

from shared.kernel.errors import Refusal
from shared.kernel.ids import new_id
from shared.web.field_errors import FieldError, from_pydantic, from_refusal

ModelT = TypeVar("ModelT", bound=BaseModel)

Shown = str | bool | Sequence[str]
"""What a field can be filled with before anybody typed."""

NONCE = "nonce"

_MANY = (list, tuple, set, frozenset)
_MAX_ENTRIES = 100


@dataclass(frozen=True, slots=True)
class Form(Generic[ModelT]):
    """A form as it stands: for the first time, or sent back with what was wrong.

    `value` is the model when everything was right. `nonce` names this filling-in of the form: it
    is kept until a service has answered, so that sending it twice is one command (its
    `command_key`).
    """

    typed: Mapping[str, tuple[str, ...]]
    nonce: str
    errors: tuple[FieldError, ...] = ()
    value: ModelT | None = None

    @classmethod
    def blank(cls, values: Mapping[str, Shown] | None = None) -> Self:
        """A form to fill in; `values` are shown in it already."""
        shown = {name: _shown(value) for name, value in (values or {}).items()}
        return cls(shown, str(new_id()))

    def text(self, name: str) -> str:
        """What stands in a field: the last of what was sent under its name."""
        return self.typed.get(name, ("",))[-1]

    def chose(self, name: str, value: str) -> bool:
        """Whether a choice is ticked or selected."""
        return str(value) in self.typed.get(name, ())

    def error(self, name: str) -> FieldError | None:
        """What is wrong with a field, or with an entry of a group of choices (`fields.0`)."""
        return next((error for error in self.errors if _names(error.field, name)), None)

    def refused(self, *errors: FieldError) -> Self:
        """The same form with errors that only the service could know."""
        return replace(self, errors=(*self.errors, *errors), value=None)

    def in_order(self, names: Iterable[str]) -> Self:
        """The same form with one error a field, in the order of these fields; the whole first."""
        place = {name: number for number, name in enumerate(names)}
        once: dict[str, FieldError] = {}
        for error in self.errors:
            once.setdefault(error.field or error.code, error)
        errors = sorted(
            once.values(),
            key=lambda error: place.get(error.field.partition(".")[0], -1),
        )
        return replace(self, errors=tuple(errors))

    def refused_by(self, refusal: Refusal) -> Self:
        """The same form after a refusal; without a field it stands on top of the page.

        The refusal is kept under the old nonce: what is put right is another wish, with a new one.
        """
        whole = (FieldError("", refusal.code, refusal.message),)
        refused = self.refused(*(from_refusal(refusal) or whole))
        return replace(refused, nonce=str(new_id()))


async def read_form(request: Request, model: type[ModelT]) -> Form[ModelT]:
    """Read a submitted form. Files are ignored; empty fields count as not given."""
    sent = await request.form()
    typed: dict[str, tuple[str, ...]] = {}
    for name, value in sent.multi_items():
        if isinstance(value, str):
            typed[name] = (*typed.get(name, ()), _cleaned(value))
    return parse_form(typed, model)


def parse_form(typed: Mapping[str, Sequence[str]], model: type[ModelT]) -> Form[ModelT]:
    """Validate what was typed. A form whose nonce is no UUID gets a new one."""
    kept = {name: tuple(values) for name, values in typed.items() if name != NONCE}
    form: Form[ModelT] = Form(kept, _nonce(typed.get(NONCE, ())))
    try:
        value = model.model_validate(_nested(kept, model))
    except ValidationError as error:
        # No URL and no input: neither belongs in a page, and input not in a log.
        return replace(
            form, errors=from_pydantic(error.errors(include_url=False, include_input=False))
        )
    return replace(form, value=value)


def _shown(value: Shown) -> tuple[str, ...]:
    if isinstance(value, bool):
        return ("true",) if value else ()
    return (value,) if isinstance(value, str) else tuple(value)


def _names(field: str, name: str) -> bool:
    rest = field.removeprefix(name)
    return field == name or (rest != field and rest.lstrip(".").isdigit())


def _cleaned(value: str) -> str:
    """Without what no field wants: outer blanks, Windows' line ends, NUL (PostgreSQL refuses it)."""
    return value.replace("\r\n", "\n").replace("\0", "").strip()


def _nonce(sent: Sequence[str]) -> str:
    try:
        return str(UUID(sent[-1]))
    except (IndexError, ValueError):
        return str(new_id())


def _nested(typed: Mapping[str, Sequence[str]], model: type[BaseModel]) -> dict[str, Any]:
    """Give the flat names the model's shape: `slots.0.from` is inside a list inside a dict."""
    given = {name: [v for v in values if v] for name, values in typed.items()}
    return _shaped({n: v for n, v in given.items() if v}, model)


def _shaped(given: Mapping[str, list[str]], model: type[BaseModel] | None) -> dict[str, Any]:
    shaped: dict[str, Any] = {}
    for head in dict.fromkeys(name.partition(".")[0] for name in given):
        annotation = _annotation(model, head)
        below = {
            name.partition(".")[2]: values
            for name, values in given.items()
            if name.startswith(f"{head}.")
        }
        if below:
            shaped[head] = _group(below, annotation)
        elif _is_many(annotation):
            shaped[head] = given[head]
        else:
            shaped[head] = given[head][-1]
    return shaped


def _group(below: Mapping[str, list[str]], annotation: Any) -> Any:
    """A nested model, or a list of them: gaps in the numbering (a removed entry) close up."""
    model = _model_in(annotation)
    heads = {name.partition(".")[0] for name in below}
    if not all(head.isascii() and head.isdigit() for head in heads):
        return _shaped(below, model)
    entries = []
    for head in sorted(heads, key=int)[:_MAX_ENTRIES]:
        entry = {
            name.partition(".")[2]: values
            for name, values in below.items()
            if name.startswith(f"{head}.")
        }
        entries.append(_shaped(entry, model) if entry else below[head][-1])
    return entries


def _annotation(model: type[BaseModel] | None, name: str) -> Any:
    for own_name, field in (model.model_fields if model else {}).items():
        if name in (field.alias, own_name):
            return field.annotation
    return None


def _parts(annotation: Any) -> Iterable[Any]:
    """The annotation itself, and what is inside unions, lists and tuples."""
    yield annotation
    for part in get_args(annotation):
        yield from _parts(part)


def _is_many(annotation: Any) -> bool:
    if get_origin(annotation) in (Union, UnionType):
        return any(_is_many(part) for part in get_args(annotation))
    return annotation in _MANY or get_origin(annotation) in _MANY


def _model_in(annotation: Any) -> type[BaseModel] | None:
    for part in _parts(annotation):
        if isinstance(part, type) and issubclass(part, BaseModel):
            return part
    return None
