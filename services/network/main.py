"""Puts `network` together."""

from services.network.handlers import subscribe
from services.network.handlers.erasing import after_deletion
from services.network.settings import NetworkSettings
from services.network.store import MESSAGING, Row
from shared.contracts.messages import Service
from shared.district import load_district
from shared.service.application import Application


def create_app(settings: NetworkSettings) -> Application:
    """The service, ready to run."""
    app = Application(
        Service.NETWORK, settings, Row.metadata, MESSAGING, after_deletion=after_deletion()
    )
    subscribe(app.seam, load_district(settings.district))
    return app
