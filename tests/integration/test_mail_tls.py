"""Mail over TLS: the server must prove who it is before it gets a password or a mail."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
import trustme
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from services.notifications.domain.outcome import Deferred, Phase, Sent
from services.notifications.mail.deliver import Delivery, MailServer

pytestmark = pytest.mark.integration

MESSAGE = b"Message-ID: <7@bruecke.example>\r\n\r\nGuten Tag\r\n"
PASSWORD = "g/eheim"
LOGIN = {"username": "bruecke", "password": PASSWORD}


class Received:
    """What a mail server got to see."""

    def __init__(self) -> None:
        self.mails: list[bytes] = []
        self.passwords: list[str] = []

    async def handle_DATA(  # noqa: N802 - the server's name for it
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        self.mails.append(bytes(envelope.original_content or b""))
        return "250 2.0.0 taken"

    def authenticate(self, *asked: Any) -> AuthResult:
        given = asked[-1]
        assert isinstance(given, LoginPassword)
        self.passwords.append(given.password.decode())
        return AuthResult(success=given.password == PASSWORD.encode())


@pytest.fixture
def authority(tmp_path, monkeypatch) -> trustme.CA:
    """A certificate authority that this machine trusts."""
    made = trustme.CA()
    made.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    return made


def certificate(of: trustme.CA, name: str = "localhost") -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    of.issue_cert(name).configure_cert(context)
    return context


@asynccontextmanager
async def listening(
    factory: Callable[[], SMTP], tls: ssl.SSLContext | None = None
) -> AsyncIterator[int]:
    """The port of a mail server in this loop."""
    server = await asyncio.get_running_loop().create_server(factory, "127.0.0.1", 0, ssl=tls)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def send(server: MailServer) -> Any:
    async def nothing_to_commit() -> None:
        pass

    delivery = Delivery(server, timeout=5, data_timeout=5)
    try:
        return await delivery.send(
            MESSAGE,
            sender="hallo@bruecke.example",
            recipient="ada@example.org",
            data_started=nothing_to_commit,
        )
    finally:
        await delivery.close()


def upgrading(received: Received, tls: ssl.SSLContext | None) -> Callable[[], SMTP]:
    """A server that offers STARTTLS and takes a password only behind it."""
    return lambda: SMTP(
        received,
        tls_context=tls,
        require_starttls=tls is not None,
        authenticator=received.authenticate,
        auth_require_tls=tls is not None,
    )


async def test_tls_from_the_first_byte_with_a_password(authority):
    received = Received()
    # Behind TLS from the first byte the server does not know that it is safe.
    plain = upgrading(received, None)
    async with listening(plain, certificate(authority)) as port:
        url = f"smtps://bruecke:g%2Feheim@localhost:{port}"
        assert isinstance(await send(MailServer.from_url(url)), Sent)
    assert received.mails == [MESSAGE]
    assert received.passwords == [PASSWORD]


async def test_starttls_before_the_password(authority):
    received = Received()
    async with listening(upgrading(received, certificate(authority))) as port:
        server = MailServer("localhost", port, tls=False, start_tls=True, **LOGIN)
        assert isinstance(await send(server), Sent)
    assert received.mails == [MESSAGE]
    assert received.passwords == [PASSWORD]


@pytest.mark.parametrize("name", ["localhost", "elsewhere.example"])
@pytest.mark.parametrize("tls", [True, False])
async def test_a_server_that_cannot_prove_its_name_gets_nothing(authority, name, tls):
    received = Received()
    stranger = authority if name != "localhost" else trustme.CA()
    context = certificate(stranger, name)
    factory = upgrading(received, None if tls else context)
    async with listening(factory, context if tls else None) as port:
        server = MailServer("localhost", port, tls=tls, start_tls=not tls, **LOGIN)
        assert await send(server) == Deferred(Phase.CONNECT)
    assert received.mails == received.passwords == []


async def test_a_password_is_not_sent_to_a_server_without_tls():
    received = Received()
    async with listening(upgrading(received, None)) as port:
        server = MailServer("localhost", port, tls=False, start_tls=True, **LOGIN)
        assert await send(server) == Deferred(Phase.CONNECT)
    assert received.passwords == []
