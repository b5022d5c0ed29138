"""Collects every field at fault, so that somebody who fills in a form is told once."""

from collections.abc import Callable
from typing import TypeVar

from shared.kernel.errors import Refusal, refuse_all

T = TypeVar("T")


class Findings:
    """What was found wrong so far; `refuse` ends the collecting."""

    def __init__(self) -> None:
        self._refusals: list[Refusal] = []

    @property
    def refusals(self) -> tuple[Refusal, ...]:
        """All of them, one for each fault."""
        return tuple(self._refusals)

    def add(self, refusal: Refusal) -> None:
        """Note a refusal; one of several fields is noted field by field."""
        self._refusals += refusal.errors or (refusal,)

    def read(self, step: Callable[[], T], otherwise: T) -> T:
        """Return what `step` returns, or note its refusal and go on with `otherwise`."""
        try:
            return step()
        except Refusal as refusal:
            self.add(refusal)
            return otherwise

    def refuse(self) -> None:
        """Raise what was found: nothing, the one refusal, or FieldsRefused for several."""
        refuse_all(self._refusals)
