"""The services by name: how each is made. Imported one by one, for each costs its share of a start."""

from importlib import import_module
from typing import Any

from infra.settings import SettingsUnusable, read_settings, variable
from shared.contracts.messages import Service
from shared.district import DistrictDataBroken
from shared.kernel.errors import Refusal
from shared.service.application import Application
from shared.service.settings import ServiceSettings


def create(name: str) -> Application:
    """Make a service with the settings of the environment.

    Raises:
        ValueError: there is no service of this name.
        SettingsUnusable: a variable cannot be used.

    """
    service = Service(name)
    main: Any = import_module(f"services.{service}.main")
    settings = read_settings(settings_of(name))
    try:
        return create_with(main, settings)
    except DistrictDataBroken as error:
        raise SettingsUnusable(f"{variable('district')}: {error}") from error
    except Refusal as refusal:
        # What only the service can read, such as quiet hours; `field` is the setting's name.
        if refusal.field is None:
            raise
        raise SettingsUnusable(f"{variable(refusal.field)}: {refusal.message}") from None


def create_with(main: Any, settings: ServiceSettings) -> Application:
    app = main.create_app(settings)
    if not isinstance(app, Application):
        raise TypeError(f"{main.__name__}.create_app must return an Application")
    return app


def settings_of(name: str) -> type[ServiceSettings]:
    """The settings class of a service: `<Name>Settings` in its `settings` module."""
    module = import_module(f"services.{Service(name)}.settings")
    found: object = getattr(module, f"{name.title()}Settings")
    if not (isinstance(found, type) and issubclass(found, ServiceSettings)):
        raise TypeError(f"{found} is no ServiceSettings")
    return found
