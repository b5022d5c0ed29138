"""Settings as commands read them: an error names the variable and never repeats its value."""

import re
from typing import Any, ClassVar, TypeVar

from pydantic import ValidationError
from pydantic_settings import SettingsError

from shared.kernel.errors import Refusal
from shared.service.settings import ServiceSettings
from shared.web.field_errors import from_pydantic

SettingsT = TypeVar("SettingsT", bound=ServiceSettings)

PREFIX = "BRUECKE_"
_FIELD = re.compile(r'field "(\w+)"')


class SettingsUnusable(Refusal):
    """An environment variable, or a line of `.env`, cannot be used."""

    code: ClassVar[str] = "settings.unusable"


def read_settings(kind: type[SettingsT], **known: Any) -> SettingsT:
    """Settings of the environment; what is `known` already wins.

    Raises:
        SettingsUnusable: names every variable at fault.

    """
    try:
        return kind(**known)
    except ValidationError as error:
        found = from_pydantic(error.errors(include_url=False, include_input=False))
        told = "; ".join(f"{variable(one.field)}: {one.message}" for one in found)
        raise SettingsUnusable(told) from None
    except SettingsError as error:
        field = _FIELD.search(str(error))
        name = variable(field[1]) if field else "a setting"
        raise SettingsUnusable(f"{name}: this is not valid JSON.") from None


def variable(path: str) -> str:
    """The environment variable of a setting; `path` may lead into its value."""
    field, _, rest = path.partition(".")
    return f"{PREFIX}{field.upper()}" + (f" ({rest})" if rest else "")
