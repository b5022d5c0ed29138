"""Puts `notifications` together."""

from datetime import timedelta

from services.notifications.handlers import people, queries, requests, volunteers
from services.notifications.handlers.queueing import Post
from services.notifications.loops.compose import Composer
from services.notifications.loops.facts import Facts
from services.notifications.loops.sender import Parts, Sender
from services.notifications.loops.urls import Urls
from services.notifications.mail.deliver import Delivery, MailServer
from services.notifications.mail.message import Sender as FromUs
from services.notifications.mail.render import Office, Renderer, languages
from services.notifications.settings import NotificationsSettings
from services.notifications.store.tables import MESSAGING, Row
from shared.contracts.messages import Service
from shared.district import District, load_district
from shared.kernel.quiet_hours import QuietHours
from shared.messaging.secrets import LINK_KEYS
from shared.service.application import Application
from shared.web.formats import Formats
from shared.web.frame import opening_hours
from shared.web.links import LinkSigner, read_link_keys
from shared.web.locales import BY_TAG

YEARS_AHEAD = 3


def create_app(settings: NotificationsSettings) -> Application:
    """The service, ready to run."""
    app = Application(Service.NOTIFICATIONS, settings, Row.metadata, MESSAGING)
    district = load_district(settings.district)
    from_us = _from_us(settings, district)
    post = Post(app.machine_clock, from_us.domain)
    people.subscribe(app.seam, post)
    requests.subscribe(app.seam, post)
    volunteers.subscribe(app.seam, post)
    queries.subscribe(app.seam)
    urls = Urls(settings.public_url, LinkSigner(read_link_keys(settings.secrets / LINK_KEYS)))
    parts = Parts(
        seam=app.seam,
        composer=Composer(
            facts=Facts(app.asker, district, urls),
            renderer=Renderer(_offices(district)),
            sender=from_us,
            clock=app.clock,
            database=app.database,
        ),
        quiet_hours=_quiet_hours(settings, district, app),
        machine_clock=app.machine_clock,
        sender_address=from_us.address,
    )
    server = MailServer.from_url(settings.smtp_url.get_secret_value())
    for number in range(settings.mail_senders):
        app.loop(f"sender-{number}", Sender(parts, Delivery(server)).run)
    return app


def _from_us(settings: NotificationsSettings, district: District) -> FromUs:
    office = district.office
    address = settings.mail_from or office.email
    return FromUs(name=office.name, address=address, reply_to=office.email)


def _offices(district: District) -> dict[str, Office]:
    """Whom to ring, with the hours in each language that mails are written in."""
    office = district.office
    hours = opening_hours(office.hours)
    return {
        language: Office(
            office.name, office.phone, "; ".join(Formats(BY_TAG[language]).hours(hours))
        )
        for language in languages()
    }


def _quiet_hours(
    settings: NotificationsSettings, district: District, app: Application
) -> QuietHours:
    now = app.clock.now()
    years = range(now.year, (now + timedelta(days=366 * YEARS_AHEAD)).year + 1)
    return QuietHours.parse(
        settings.quiet_hours, holidays=district.holidays(years), tz=district.timezone
    )
