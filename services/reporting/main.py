"""Puts `reporting` together."""

from services.reporting.handlers import subscribe
from services.reporting.settings import ReportingSettings
from services.reporting.store.tables import MESSAGING, Row
from shared.contracts.messages import Service
from shared.district import load_district
from shared.service.application import Application


def create_app(settings: ReportingSettings) -> Application:
    """The service, ready to run."""
    app = Application(Service.REPORTING, settings, Row.metadata, MESSAGING)
    subscribe(app.seam, load_district(settings.district).timezone)
    return app
