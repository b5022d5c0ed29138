"""Puts `matching` together."""

from datetime import datetime, timedelta
from functools import partial

from services.matching.domain.tuning import Tuning
from services.matching.handlers import subscribe
from services.matching.loops.fetching import keep_fetching
from services.matching.loops.looking import Looker
from services.matching.loops.planning import Planner
from services.matching.loops.tandems import TandemAsker
from services.matching.settings import MatchingSettings
from services.matching.store.roster import Roster
from services.matching.store.tables import MESSAGING, Row
from shared.contracts.messages import Service
from shared.district import District, load_district
from shared.kernel.office_hours import OfficeHours
from shared.kernel.quiet_hours import QuietHours
from shared.service.application import Application

YEARS_AHEAD = 3


def create_app(settings: MatchingSettings) -> Application:
    """The service, ready to run."""
    app = Application(Service.MATCHING, settings, Row.metadata, MESSAGING)
    district = load_district(settings.district)
    tuning = _tuning(settings, district, app.clock.now())
    automations = {kind: chosen.automation() for kind, chosen in settings.automation.items()}
    roster = Roster()
    subscribe(app.seam, tuning, automations, roster, district.tandem_ends)
    app.loop("roster", partial(keep_fetching, app.work, app.asker))
    looker, tandems = Looker(app.work, roster, tuning), TandemAsker(app.work, tuning)
    app.loop("planner", Planner(app.database, looker, tandems).run)
    return app


def _tuning(settings: MatchingSettings, district: District, now: datetime) -> Tuning:
    last_year = (now + timedelta(days=366 * YEARS_AHEAD)).year
    holidays = district.holidays(range(now.year, last_year + 1))
    quiet_hours = QuietHours.parse(
        settings.quiet_hours, holidays=holidays, tz=district.timezone
    )
    return Tuning(
        zone=district.timezone,
        quiet_hours=quiet_hours,
        office_hours=OfficeHours(district.office.hours, holidays, district.timezone),
        series_percent=settings.series_percent,
        tandem_trial=timedelta(weeks=settings.tandem_trial_weeks),
    )
