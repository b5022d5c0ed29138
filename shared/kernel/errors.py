"""Errors that every service speaks: each has a stable code and says whether a retry can help."""

from collections.abc import Iterable
from typing import ClassVar


class BrueckeError(Exception):
    """An error of ours. `code` is stable and unique; the text never holds personal data."""

    code: ClassVar[str] = "bruecke.error"
    retryable: ClassVar[bool] = True


class Refusal(BrueckeError):
    """What was asked is not possible as asked; asking again the same way will not help.

    `field` names the input at fault in the outside interface's own words (`slots.0.ends_at`),
    `message` says in English what to do; pages translate it by `code`.
    """

    code: ClassVar[str] = "bruecke.refused"
    retryable: ClassVar[bool] = False

    def __init__(self, message: str, *, field: str | None = None) -> None:
        self.message = message
        self.field = field
        super().__init__(message)

    @property
    def errors(self) -> "tuple[Refusal, ...]":
        """The refused fields, one refusal each; empty when no field is at fault."""
        return (self,) if self.field is not None else ()


class FieldsRefused(Refusal):
    """Several fields are at fault; all are told at once."""

    code: ClassVar[str] = "bruecke.fields_refused"

    def __init__(self, errors: Iterable[Refusal]) -> None:
        self._errors = tuple(errors)
        super().__init__(
            f"{len(self._errors)} fields need another look", field=self._errors[0].field
        )

    @property
    def errors(self) -> tuple[Refusal, ...]:
        return self._errors


def refuse_all(errors: Iterable[Refusal]) -> None:
    """Raise what was collected: nothing, the one refusal itself, or FieldsRefused for several."""
    collected = tuple(errors)
    if len(collected) == 1:
        raise collected[0]
    if collected:
        raise FieldsRefused(collected)
