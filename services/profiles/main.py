"""Puts `profiles` together."""

from functools import partial

from services.profiles.handlers import subscribe
from services.profiles.handlers.erasing import after_deletion
from services.profiles.loops import keep_ending_pauses
from services.profiles.settings import ProfilesSettings
from services.profiles.store import MESSAGING, Row
from shared.contracts.messages import Service
from shared.district import load_district
from shared.service.application import Application


def create_app(settings: ProfilesSettings) -> Application:
    """The service, ready to run."""
    app = Application(
        Service.PROFILES, settings, Row.metadata, MESSAGING, after_deletion=after_deletion()
    )
    subscribe(app.seam, load_district(settings.district))
    app.loop("pauses", partial(keep_ending_pauses, app.work))
    return app
