"""The mailbox's SMTP side: takes mail for anybody, and says 250 once it is written down."""

import asyncio
import logging

from aiosmtpd.smtp import SMTP, Envelope, Session

from infra.local.mailbox.store import MailStore
from infra.local.probes import HOST

log = logging.getLogger(__name__)

NAME = "mailbox.localhost"  # said in the greeting; looking up a real name could take seconds
STORED = "250 2.0.0 OK"
NOT_STORED = "451 4.3.0 Could not be stored, try again later"


class TakeEverything:
    """What aiosmtpd asks at each step; it finds these methods by their names."""

    def __init__(self, store: MailStore) -> None:
        self._store = store

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: ARG002, N802 - aiosmtpd's signature
        """Keep the mail, then accept it."""
        content = envelope.content
        if not isinstance(content, bytes):
            raise TypeError("aiosmtpd decodes nothing unless it is told to")
        try:
            await self._store.keep(envelope.mail_from or "", envelope.rcpt_tos, content)
        except OSError as error:
            log.warning("a mail could not be stored: %s", error.strerror)
            return NOT_STORED
        return STORED

    async def handle_exception(self, error: Exception) -> str:
        """Say no more than needed about an error of ours."""
        log.error("SMTP session failed: %s", type(error).__name__)
        return NOT_STORED


async def serve_smtp(store: MailStore, port: int) -> asyncio.Server:
    """Take mails on `port` of this machine; 8BITMIME is on by itself."""
    loop = asyncio.get_running_loop()
    handler = TakeEverything(store)
    return await loop.create_server(
        lambda: SMTP(handler, hostname=NAME, ident="Bruecke", enable_SMTPUTF8=True, loop=loop),
        HOST,
        port,
    )
