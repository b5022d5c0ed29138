"""The doctor's checks: each looks at one thing and says what it found and what to do."""

import asyncio
import shutil
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import IntEnum
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg

from infra.provision import ServerAway, provision_nats, provisioning_jetstream
from shared.contracts.messages import CLI, Service
from shared.district import DistrictDataBroken, load_district
from shared.kernel.clock import MachineClock
from shared.messaging.retries import DEAD_LETTER_STREAM
from shared.persistence.database import service_url
from shared.service.settings import ServiceSettings

ANSWER_WITHIN_S = 5.0
LEAST_FREE_BYTES = 2 * 1024**3
MOST_SKEW = timedelta(seconds=5)
READABLE_BY_OTHERS = 0o077
SMTP_PORT, SMTPS_PORT = 25, 465
GREETING = b"220"


class Level(IntEnum):
    """How bad it is; the command's exit code is the worst."""

    FINE = 0
    WARNING = 1
    BROKEN = 2


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at, and what to do about it."""

    what: str
    level: Level
    found: str
    remedy: str = ""


Check = Callable[[ServiceSettings], Awaitable[Finding]]


async def check_settings(settings: ServiceSettings) -> Finding:
    """Secrets are there and readable by us alone, the district's data are whole."""
    seed = settings.secrets / f"{CLI}.nkey"
    if not seed.exists():
        remedy = "Run `bruecke provision --secrets`, or start `bruecke up`."
        return Finding("settings", Level.BROKEN, f"no {seed.name} in the secrets", remedy)
    try:
        load_district(settings.district)
    except DistrictDataBroken as error:
        remedy = "Mend the district's data, or set BRUECKE_DISTRICT."
        return Finding("settings", Level.BROKEN, str(error), remedy)
    loose = [
        path.name
        for path in settings.secrets.iterdir()
        if path.stat().st_mode & READABLE_BY_OTHERS
    ]
    if loose:
        found = f"secrets that others can read: {', '.join(sorted(loose))}"
        return Finding("settings", Level.WARNING, found, "Run `chmod 600` on them.")
    return Finding("settings", Level.FINE, "secrets and district data are there")


async def check_nats(settings: ServiceSettings) -> Finding:
    """The server answers, and streams and consumers are as they should be."""
    try:
        changes = await provision_nats(settings.nats_url, settings.secrets, apply=False)
    except ServerAway as error:
        remedy = "Start the server, or set BRUECKE_NATS_URL and BRUECKE_SECRETS."
        return Finding("nats", Level.BROKEN, str(error), remedy)
    if changes:
        found = f"{len(changes)} difference(s), the first: {changes[0]}"
        return Finding("nats", Level.BROKEN, found, "Run `bruecke provision`.")
    return Finding("nats", Level.FINE, "connected; streams and consumers as declared")


async def check_dead_letters(settings: ServiceSettings) -> Finding:
    """Messages that were given up wait for a human."""
    async with provisioning_jetstream(settings.nats_url, settings.secrets) as jetstream:
        waiting = (await jetstream.stream_info(DEAD_LETTER_STREAM)).state.messages
    if waiting:
        remedy = "Look at them in the admin, then replay or discard them."
        return Finding("dead letters", Level.WARNING, f"{waiting} message(s)", remedy)
    return Finding("dead letters", Level.FINE, "none")


async def check_database(settings: ServiceSettings) -> Finding:
    """The server answers every service's role."""
    for service in Service:
        try:
            connection = await _connect(settings, service)
        except (OSError, TimeoutError, asyncpg.PostgresError) as error:
            found = f"{service} cannot connect ({type(error).__name__})"
            remedy = "Start the server, set BRUECKE_DATABASE_URL, or run `bruecke provision`."
            return Finding("database", Level.BROKEN, found, remedy)
        await connection.close()
    return Finding("database", Level.FINE, "every service can connect")


async def check_clock(settings: ServiceSettings) -> Finding:
    """The database's clock agrees with this machine's."""
    connection = await _connect(settings, Service.PROFILES)
    try:
        theirs = await connection.fetchval("SELECT clock_timestamp()")
    finally:
        await connection.close()
    skew = abs(theirs - MachineClock().now())
    if skew > MOST_SKEW:
        found = f"database and this machine differ by {skew.total_seconds():.0f} s"
        return Finding("clock", Level.WARNING, found, "Use NTP on both.")
    return Finding("clock", Level.FINE, "database and this machine agree")


async def check_mail(settings: ServiceSettings) -> Finding:
    """The mail server greets us."""
    parts = urlsplit(settings.smtp_url.get_secret_value())
    secure = ssl.create_default_context() if parts.scheme == "smtps" else None
    port = parts.port or (SMTPS_PORT if secure else SMTP_PORT)
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise ValueError("no address of a mail server")
    async with asyncio.timeout(ANSWER_WITHIN_S):
        reader, writer = await asyncio.open_connection(parts.hostname, port, ssl=secure)
        try:
            greeting = await reader.readline()
            writer.write(b"QUIT\r\n")
            await writer.drain()
        finally:
            writer.close()
    if not greeting.startswith(GREETING):
        remedy = "Is this the right port, and are we allowed there?"
        return Finding("mail", Level.BROKEN, "the mail server does not greet us", remedy)
    return Finding("mail", Level.FINE, "the mail server answers")


async def check_disk(settings: ServiceSettings) -> Finding:
    """A full disk stops the broker until it is restarted."""
    folder = settings.secrets if settings.secrets.exists() else Path.cwd()
    free = shutil.disk_usage(folder).free
    if free < LEAST_FREE_BYTES:
        found = f"{free // 1024**2} MB free"
        remedy = "Make room, then restart NATS: it stays write-protected after a full disk."
        return Finding("disk", Level.WARNING, found, remedy)
    return Finding("disk", Level.FINE, f"{free // 1024**3} GB free")


CHECKS: dict[str, tuple[Check, str]] = {
    "settings": (check_settings, "Look at BRUECKE_SECRETS and BRUECKE_DISTRICT."),
    "nats": (check_nats, "Look at BRUECKE_NATS_URL and BRUECKE_SECRETS."),
    "dead letters": (check_dead_letters, "Mend NATS first."),
    "database": (check_database, "Look at BRUECKE_DATABASE_URL."),
    "clock": (check_clock, "Mend the database first."),
    "mail": (check_mail, "Look at BRUECKE_SMTP_URL; mails wait meanwhile and are not lost."),
    "disk": (check_disk, ""),
}
"""By name, in the order of the report; with what to do when the check itself fails."""


async def examine(settings: ServiceSettings) -> list[Finding]:
    """All findings, in a fixed order."""
    return list(await asyncio.gather(*(_examine(name, settings) for name in CHECKS)))


async def _examine(name: str, settings: ServiceSettings) -> Finding:
    """One check; whatever it meets is a finding, so that the others are told as well."""
    check, remedy = CHECKS[name]
    try:
        return await check(settings)
    except Exception as error:  # noqa: BLE001  the class alone: a text could hold a password
        return Finding(name, Level.BROKEN, f"unknown ({type(error).__name__})", remedy)


async def _connect(settings: ServiceSettings, service: Service) -> asyncpg.Connection:
    url = service_url(settings.database_url, service, settings.secrets)
    return await asyncpg.connect(
        host=url.host,
        port=url.port,
        user=url.username,
        password=url.password,
        database=url.database,
        timeout=ANSWER_WITHIN_S,
    )
