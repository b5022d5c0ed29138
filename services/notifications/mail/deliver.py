"""Hands a mail over to the mail server and says for certain what became of it.

The same exceptions of the SMTP client mean "not sent" before DATA and "nobody knows" after it
began, so each command is sent by itself and the phase decides. A reply is reduced to its codes
at once: its text repeats the recipient. A connection is closed on any doubt about its state,
also when the caller is cancelled in the middle: its next user would read the wrong reply.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import ClassVar
from urllib.parse import unquote, urlsplit

from aiosmtplib import SMTP, SMTPException, SMTPResponse, SMTPResponseException

from services.notifications.domain.outcome import (
    Deferred,
    Failed,
    Outcome,
    Phase,
    Reply,
    Sent,
    Unknown,
    judge,
)
from services.notifications.mail.guard import AddressUnusable, ascii_address
from shared.kernel.errors import BrueckeError

_BAD_ADDRESS = Reply(553, "5.1.3")
_SERVER_CLOSES = 421


class SmtpUrlUnclear(BrueckeError):
    """The address of the mail server cannot be used as it stands."""

    code: ClassVar[str] = "notifications.smtp_url_unclear"
    retryable: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mails are handed over, and how safely."""

    host: str
    port: int
    tls: bool
    start_tls: bool | None
    """Must, must not, or (None) where the server offers it."""
    username: str | None = None
    password: str | None = field(default=None, repr=False)

    @classmethod
    def from_url(cls, url: str) -> "MailServer":
        """Read `smtp://[user:password@]host[:port]` or `smtps://…`; `%` escapes are decoded.

        `smtps` is TLS from the first byte. With `smtp`, this machine is spoken to as it is; any
        other server by STARTTLS where it offers that, and a password is never sent without it.
        Raises `SmtpUrlUnclear`, whose text does not repeat the URL.
        """
        parts = urlsplit(url)
        tls = parts.scheme == "smtps"
        if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
            raise SmtpUrlUnclear("Write smtp://host:port or smtps://user:password@host:port.")
        try:
            port = parts.port or (465 if tls else 587 if parts.username else 25)
        except ValueError:
            raise SmtpUrlUnclear("The port of the mail server is a number.") from None
        return cls(
            host=parts.hostname,
            port=port,
            tls=tls,
            start_tls=False
            if tls or _is_here(parts.hostname)
            else bool(parts.username) or None,
            username=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
        )


class _Stopped(Exception):
    """Carries an outcome out of the middle of the commands."""

    def __init__(self, outcome: Outcome) -> None:
        self.outcome = outcome
        super().__init__()


class Delivery:
    """One connection to the mail server, reused while it is fresh, for one mail at a time.

    A try takes at most twice `timeout` seconds until DATA begins and `data_timeout` within it
    (RFC 5321 asks for ten minutes: less makes doubles); leases must be longer. A connection is
    left after `idle` seconds without work and after `mails_per_connection` mails.
    """

    def __init__(
        self,
        server: MailServer,
        *,
        timeout: float = 60.0,
        data_timeout: float = 600.0,
        idle: float = 60.0,
        mails_per_connection: int = 50,
    ) -> None:
        self._server = server
        self._timeout = timeout
        self._data_timeout = data_timeout
        self._idle = idle
        self._mails_per_connection = mails_per_connection
        self._lock = asyncio.Lock()
        self._client = self._new_client()
        self._used_at = 0.0
        self._mails = 0

    async def send(
        self,
        message: bytes,
        *,
        sender: str,
        recipient: str,
        data_started: Callable[[], Awaitable[None]],
    ) -> Outcome:
        """Try once to hand over one mail to one recipient.

        `data_started` is awaited directly before DATA and has to commit that it begins; what it
        raises ends the try before DATA and is raised to the caller.
        """
        try:
            mailbox = ascii_address(recipient)
        except AddressUnusable:
            return Failed(Phase.RCPT, _BAD_ADDRESS)
        async with self._lock:
            try:
                reused = self._is_fresh()
                outcome = await self._try(message, sender, mailbox, data_started)
                if reused and self._was_closed_on_us(outcome):
                    outcome = await self._try(message, sender, mailbox, data_started)
            except BaseException:
                self._client.close()
                raise
            self._used_at = asyncio.get_running_loop().time()
            return outcome

    async def close(self) -> None:
        """Take leave of the server; safe to call at any time, and more than once."""
        async with self._lock:
            if self._client.is_connected:
                try:
                    await self._client.quit(timeout=1)
                except (SMTPException, OSError, TimeoutError):
                    pass
                finally:
                    self._client.close()

    async def _try(
        self,
        message: bytes,
        sender: str,
        recipient: str,
        data_started: Callable[[], Awaitable[None]],
    ) -> Outcome:
        clock = asyncio.get_running_loop()
        deadline = clock.time() + self._timeout
        try:
            if not self._client.is_connected:
                await self._step(Phase.CONNECT, self._connect(), deadline)
            await self._step(Phase.MAIL, self._client.mail(sender), deadline)
            await self._step(Phase.RCPT, self._client.rcpt(recipient), deadline)
            await data_started()
            self._mails += 1
            deadline = clock.time() + self._data_timeout
            data = self._client.data(message, timeout=self._data_timeout)
            response = await self._step(Phase.DATA, data, deadline)
        except _Stopped as stopped:
            return stopped.outcome
        return Sent(Reply.reduce(response.code, response.message))

    async def _connect(self) -> SMTPResponse:
        self._client = self._new_client()
        self._mails = 0
        return await self._client.connect()

    async def _step(
        self, phase: Phase, command: Awaitable[SMTPResponse], deadline: float
    ) -> SMTPResponse:
        """Run one command; raise `_Stopped` with what its failure means in this phase."""
        try:
            async with asyncio.timeout_at(deadline):
                return await command
        except SMTPResponseException as refusal:
            reply = Reply.reduce(refusal.code, refusal.message)
        except (SMTPException, OSError, TimeoutError):
            reply = None
        if reply is None or not (reply.temporary or reply.permanent):
            self._client.close()
            raise _Stopped(Unknown() if phase is Phase.DATA else Deferred(phase))
        await self._begin_anew(reply, phase)
        raise _Stopped(judge(reply, phase))

    async def _begin_anew(self, reply: Reply, phase: Phase) -> None:
        """Make the connection fit for the next mail, or leave it."""
        if reply.code != _SERVER_CLOSES and phase is not Phase.CONNECT:
            try:
                await self._client.rset()
            except (SMTPException, OSError, TimeoutError):
                pass
            else:
                return
        self._client.close()

    def _is_fresh(self) -> bool:
        """Whether the open connection may be used again; one that may not is closed."""
        idle = asyncio.get_running_loop().time() - self._used_at
        if idle > self._idle or self._mails >= self._mails_per_connection:
            self._client.close()
        return self._client.is_connected

    def _was_closed_on_us(self, outcome: Outcome) -> bool:
        """Whether an old connection ended before DATA: the server had enough of it, not of us."""
        before_data = isinstance(outcome, Deferred) and outcome.phase is not Phase.DATA
        return before_data and not self._client.is_connected

    def _new_client(self) -> SMTP:
        return SMTP(
            hostname=self._server.host,
            port=self._server.port,
            username=self._server.username,
            password=self._server.password,
            use_tls=self._server.tls,
            start_tls=self._server.start_tls,
            timeout=self._timeout,
        )


def _is_here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
