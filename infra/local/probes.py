"""Ports of this machine: find a free one, refuse a taken one, ask whether a server answers there."""

import asyncio
import contextlib
import random
import socket
from typing import ClassVar

from shared.kernel.errors import Refusal

HOST = "127.0.0.1"
PROBE_S = 1.0
# Linux, macOS and Windows give outgoing connections ports above these; those below need no rights.
NEVER_GIVEN_OUT = range(10_240, 32_768)


class PortTaken(Refusal):
    """Somebody else listens on the port, or we may not."""

    code: ClassVar[str] = "local.port_taken"

    def __init__(self, port: int, reason: str) -> None:
        super().__init__(
            f"Port {port} on {HOST} cannot be used: {reason}. "
            "Stop the program that uses it or choose another port.",
            field="port",
        )
        self.port = port


def free_port(among: range = NEVER_GIVEN_OUT) -> int:
    """Return a port of `among` that was free a moment ago, each as likely as the others.

    By default none that the system gives to outgoing connections: one of those could take the
    place of a server that is about to start, or is being restarted.

    Raises:
        PortTaken: every port was in use.

    """
    for port in random.sample(among, len(among)):
        with contextlib.suppress(PortTaken):
            refuse_taken(port)
            return port
    raise PortTaken(among[-1], f"all from {among[0]} on are in use")


def refuse_taken(port: int) -> None:
    """Raise `PortTaken` unless a server could listen on `port` now."""
    with socket.socket() as probe:
        # Servers do the same: connections of a former run that still linger are no clash.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise PortTaken(port, error.strerror or "unknown reason") from error


async def answers_http(port: int, path: str = "/healthz") -> bool:
    """Tell whether the server on `port` answers `path` with 200."""
    ask = f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n".encode()
    return (await answers(port, ask, len(b"HTTP/1.1 200"))).endswith(b" 200")


async def answers(port: int, say: bytes = b"", count: int = 1) -> bytes:
    """Say something to the server on `port`; return the first `count` bytes that it says.

    Nothing, when it does not answer within a second.
    """
    try:
        async with asyncio.timeout(PROBE_S):
            reader, writer = await asyncio.open_connection(HOST, port)
            try:
                writer.write(say)
                return await reader.readexactly(count)
            finally:
                writer.close()
                with contextlib.suppress(OSError):
                    await writer.wait_closed()
    except (OSError, TimeoutError, asyncio.IncompleteReadError):
        return b""
