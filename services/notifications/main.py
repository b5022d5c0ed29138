"""Puts `notifications` together."""

from collections.abc import Callable
from functools import partial

from services.notifications.domain.recipient import RecipientKind
from services.notifications.handlers import people, queries, requests, tandems, volunteers
from services.notifications.handlers.queueing import Post
from services.notifications.loops.compose import Composer
from services.notifications.loops.facts import Facts
from services.notifications.loops.ledger import Ledger
from services.notifications.loops.overdue import keep_settling
from services.notifications.loops.quiet import quiet_hours_by_year
from services.notifications.loops.sender import Parts, Sender
from services.notifications.loops.urls import Urls
from services.notifications.loops.values import Wording
from services.notifications.mail.deliver import Delivery, MailServer
from services.notifications.mail.guard import ascii_address
from services.notifications.mail.message import Sender as FromUs
from services.notifications.mail.render import Office, Renderer
from services.notifications.mail.words import languages
from services.notifications.settings import NotificationsSettings
from services.notifications.store.tables import MESSAGING, Row
from shared.contracts.messages import Service
from shared.district import District, load_district
from shared.messaging.secrets import LINK_KEYS
from shared.service.application import Application
from shared.web.formats import Formats
from shared.web.frame import opening_hours
from shared.web.links import LinkSigner, read_link_keys
from shared.web.locales import BY_TAG


def create_app(
    settings: NotificationsSettings, *, delivery: Callable[[MailServer], Delivery] = Delivery
) -> Application:
    """The service, ready to run. `delivery` makes a connection to the mail server."""
    app = Application(Service.NOTIFICATIONS, settings, Row.metadata, MESSAGING)
    district = load_district(settings.district)
    from_us = _from_us(settings, district)
    post = Post(app.machine_clock, from_us.domain)
    people.subscribe(app.seam, post)
    requests.subscribe(app.seam, post)
    volunteers.subscribe(app.seam, post)
    tandems.subscribe(app.seam, post)
    queries.subscribe(app.seam)
    quiet_at = quiet_hours_by_year(settings.quiet_hours, district)
    # Now, because it loads the calendar of holidays; and a wrong setting shall not start.
    quiet_at(app.clock.now())
    ledger = Ledger(app.seam, app.machine_clock, quiet_at)
    parts = Parts(
        ledger, _composer(app, settings, district, from_us), ascii_address(from_us.address)
    )
    server = MailServer.from_url(settings.smtp_url.get_secret_value())
    for number in range(settings.mail_senders):
        app.loop(f"sender-{number}", Sender(parts, delivery(server)).run)
    app.loop("overdue", partial(keep_settling, ledger))
    return app


def _composer(
    app: Application, settings: NotificationsSettings, district: District, from_us: FromUs
) -> Composer:
    urls = Urls(settings.public_url, LinkSigner(read_link_keys(settings.secrets / LINK_KEYS)))
    return Composer(
        facts=Facts(app.asker),
        wording=Wording(district, urls),
        renderer=Renderer(_offices(district)),
        sender=from_us,
        clock=app.clock,
        database=app.database,
    )


def _from_us(settings: NotificationsSettings, district: District) -> FromUs:
    """Who writes. Raises AddressUnusable, so that a wrong setting is seen before the first mail."""
    office = district.office
    ascii_address(office.email)
    return FromUs(
        name=office.name, address=settings.mail_from or office.email, reply_to=office.email
    )


def _offices(district: District) -> dict[str, Office]:
    """Whom to ring, with the hours in each language that mails are written in."""
    office = district.office
    hours = opening_hours(office.hours)
    locales = [BY_TAG[language] for language in languages(RecipientKind.VOLUNTEER)]
    return {
        locale.tag: Office(
            office.name,
            office.phone,
            ("؛ " if locale.direction == "rtl" else "; ").join(Formats(locale).hours(hours)),
        )
        for locale in locales
    }
