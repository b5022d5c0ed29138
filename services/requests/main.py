"""Puts `requests` together."""

from functools import partial

from services.requests.handlers import subscribe
from services.requests.loops.elapsing import keep_elapsing
from services.requests.settings import RequestsSettings
from services.requests.store import MESSAGING, Row
from shared.contracts.messages import Service
from shared.district import load_district
from shared.service.application import Application


def create_app(settings: RequestsSettings) -> Application:
    """The service, ready to run."""
    app = Application(Service.REQUESTS, settings, Row.metadata, MESSAGING)
    subscribe(app.seam, load_district(settings.district))
    app.loop("elapsing", partial(keep_elapsing, app.work))
    return app
