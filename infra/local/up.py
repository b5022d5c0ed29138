"""Everything on this machine: the embedded environment from empty folder to ready."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from sqlalchemy.engine import URL

from infra.demo.fill import fill_in
from infra.local import nats
from infra.local.addresses import ADDRESS_FILE, forget_addresses, tell_addresses
from infra.local.anchoring import anchored_clock, note_stop
from infra.local.child import Change, Child
from infra.local.command import Command
from infra.local.durable import write_durably
from infra.local.mailbox import process as mailbox
from infra.local.people import (
    CROWD,
    Told,
    as_operator,
    coordinator_link,
    crowd_child,
)
from infra.local.ports import choose_ports
from infra.local.postgres import SUPERUSER, EmbeddedPostgres
from infra.local.probes import HOST, answers_http, free_port
from infra.local.single import only_one
from infra.local.supervisor import Supervisor
from infra.local.survivors import end_survivors
from infra.provision import provision
from infra.settings import PREFIX as SETTINGS_PREFIX
from infra.settings import read_settings
from services.notifications.mail.deliver import MailServer
from shared.contracts.messages import Service
from shared.district import load_district
from shared.kernel.clock import MachineClock, RunningClock
from shared.kernel.errors import Refusal
from shared.messaging.secrets import make_secrets, server_config
from shared.messaging.topology import PROVISION
from shared.service.settings import ServiceSettings

DATABASE = "bruecke"
SERVERS = ("postgres", "nats", "mailbox")
RUN_FOLDER = "run"


class NoFolder(Refusal):
    """A file is to be written where there is no folder."""

    code: ClassVar[str] = "local.no_folder"


@dataclass(frozen=True)
class UpOptions:
    """What `bruecke up` was asked for; port 0 is any free one."""

    data: Path
    portal_port: int = 8080
    admin_port: int = 8081
    mail_port: int = 8082
    demo: bool = False
    speed: float | None = None
    smtp: str | None = None
    ready_file: Path | None = None
    processes: bool = False


class Environment:
    """One run of the embedded environment."""

    def __init__(
        self, options: UpOptions, tell: Callable[[Change], None], filled: Told
    ) -> None:
        self.options = options
        self._filled = filled
        self.sign_in: str | None = None
        self.data = options.data.resolve()
        self._tell = tell
        self.ports = choose_ports(options.portal_port, options.admin_port, options.mail_port)
        self.secrets = self.data / "secrets"
        # Relative to where the command was called; the children live in the data folder.
        self.district = read_settings(ServiceSettings).district.resolve()
        self._health: dict[str, int] = {}
        self.is_ready = False

    async def run(self, on_ready: Callable[["Environment"], None], stop: asyncio.Event) -> None:
        """Start all, tell when ready, and keep it running until `stop`."""
        self._forget_earlier_run()
        load_district(self.district)
        make_secrets(self.secrets)
        self.clock = anchored_clock(self.data, self.options.speed)
        try:
            postgres = self._postgres()
            await asyncio.to_thread(postgres.prepare)
            children = self._children(postgres)
            async with Supervisor(children, self.data / RUN_FOLDER, self._tell) as supervisor:
                await supervisor.start(*SERVERS)
                await provision(self.nats_url, self.database, self.secrets, apply=True)
                await supervisor.start(*self._health)
                await self._prepare_people(supervisor)
                tell_addresses(self.data / ADDRESS_FILE, self.addresses())
                self.is_ready = True
                on_ready(self)
                if self.options.ready_file is not None:
                    # Last: whoever waits for it may take it that a person was told, too.
                    tell_addresses(self.options.ready_file, self.addresses())
                await stop.wait()
                forget_addresses(self.data)
        finally:
            note_stop(self.data)

    def _children(self, postgres: EmbeddedPostgres) -> list[Child]:
        logs = self.data / "logs"
        children = [
            postgres.child(logs / "postgres.log"),
            self._nats(logs / "nats.log"),
            mailbox.child(
                self.ports.smtp, self.ports.mail, self.data / "mail", logs / "mailbox.log"
            ),
            *self._services(logs),
        ]
        return [*children, self._crowd()] if self.options.demo else children

    def _forget_earlier_run(self) -> None:
        """Nobody may take its addresses for ours."""
        forget_addresses(self.data)
        if self.options.ready_file is not None:
            self.options.ready_file.unlink(missing_ok=True)

    async def _prepare_people(self, supervisor: Supervisor) -> None:
        async with as_operator(self.nats_url, self.secrets) as ask:
            if self.options.demo:
                clock = RunningClock(self.clock, MachineClock())
                await fill_in(self.data, load_district(self.district), ask, clock, self._filled)
            self.sign_in = await coordinator_link(ask)
        if self.options.demo:
            await supervisor.start(CROWD)

    @property
    def nats_url(self) -> str:
        return f"nats://{HOST}:{self.ports.nats}"

    @property
    def database(self) -> URL:
        password = (self.secrets / f"{PROVISION}.password").read_text().strip()
        return URL.create(
            "postgresql", SUPERUSER, password, HOST, self.ports.postgres, DATABASE
        )

    @property
    def database_address(self) -> str:
        """Without user and password, as services get it."""
        return f"postgresql://{HOST}:{self.ports.postgres}/{DATABASE}"

    @property
    def smtp_url(self) -> str:
        return self.options.smtp or f"smtp://{HOST}:{self.ports.smtp}"

    def addresses(self) -> dict[str, object]:
        """What the ready file says."""
        return {
            "pid": os.getpid(),
            "portal": f"http://{HOST}:{self.ports.portal}",
            "admin": f"http://{HOST}:{self.ports.admin}",
            "mail": f"http://{HOST}:{self.ports.mail}",
            "smtp": self.smtp_url,
            "nats": self.nats_url,
            "database": self.database_address,
            "sign_in": self.sign_in,
            "metrics": self._health,
            "now": self.clock.at(MachineClock().now()).isoformat(),
            "speed": self.clock.speed,
        }

    def _postgres(self) -> EmbeddedPostgres:
        password = (self.secrets / f"{PROVISION}.password").read_text().strip()
        return EmbeddedPostgres(self.data, self.ports.postgres, password)

    def _nats(self, log: Path) -> Child:
        config = self.data / "nats.conf"
        store = self.data / "jetstream"
        text = server_config(self.secrets, port=self.ports.nats, store=store)
        write_durably(config, text.encode())
        return nats.child(config, self.ports.nats, log)

    def _services(self, logs: Path) -> list[Child]:
        names = [service.value for service in Service]
        groups = (
            {name: [name] for name in names} if self.options.processes else {"services": names}
        )
        return [self._service(name, members, logs) for name, members in groups.items()]

    def _crowd(self) -> Child:
        mail = f"http://{HOST}:{self.ports.mail}"
        return crowd_child(mail, self.clock.speed, _inherited(), self.data)

    def _service(self, name: str, members: list[str], logs: Path) -> Child:
        port = self._health[name] = free_port()

        async def ready() -> bool:
            return await answers_http(port, "/readyz")

        return Child(
            name=name,
            command=Command(
                # -P: nothing in the data folder, where it runs, may pass for a module.
                argv=(sys.executable, "-P", "-m", "infra.cli.main", "run", *members),
                env=self._environment(port),
                cwd=self.data,
            ),
            ready=ready,
            log=logs / f"{name}.log",
            needs=SERVERS,
            stop_grace_s=25.0,
            death_signal=signal.SIGTERM,
        )

    def _environment(self, health_port: int) -> dict[str, str]:
        """The children's whole environment: settings, and what an interpreter needs."""
        settings = {
            "PYTHONUNBUFFERED": "1",
            "BRUECKE_NATS_URL": self.nats_url,
            "BRUECKE_DATABASE_URL": self.database_address,
            "BRUECKE_SECRETS": str(self.secrets),
            "BRUECKE_SMTP_URL": self.smtp_url,
            "BRUECKE_DISTRICT": str(self.district),
            "BRUECKE_CLOCK": self.clock.to_line(),
            "BRUECKE_METRICS_PORT": str(health_port),
            "BRUECKE_PUBLIC_URL": f"http://{HOST}:{self.ports.portal}",
            "BRUECKE_ADMIN_URL": f"http://{HOST}:{self.ports.admin}",
            "BRUECKE_PORTAL_PORT": str(self.ports.portal),
            "BRUECKE_ADMIN_PORT": str(self.ports.admin),
        }
        if self.options.demo:
            settings["BRUECKE_QUIET_HOURS"] = "off"
        return _inherited() | settings


def _inherited() -> dict[str, str]:
    """What an interpreter needs, and the settings that somebody made for the services."""
    kept = {"PATH", "PYTHONPATH", "HOME", "LANG", "TZ", "SSL_CERT_FILE", "SSL_CERT_DIR"}
    return {
        key: value
        for key, value in os.environ.items()
        if key in kept or key.startswith(SETTINGS_PREFIX)
    }


def run_environment(
    options: UpOptions,
    tell: Callable[[Change], None],
    filled: Told,
    on_ready: Callable[[Environment], None],
) -> None:
    """Hold the data folder and run until Ctrl-C or SIGTERM.

    Raises:
        BrueckeError: it cannot start; the text says why.

    """
    if options.ready_file is not None and not options.ready_file.parent.is_dir():
        raise NoFolder(f"There is no folder {options.ready_file.parent} for the ready file.")
    if options.smtp is not None:
        MailServer.from_url(options.smtp)

    async def run() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop.set)
        # Services outlive a killed supervisor for a moment, and hold their ports meanwhile.
        await asyncio.to_thread(end_survivors, options.data / RUN_FOLDER)
        environment = Environment(options, tell, filled)
        running = asyncio.create_task(environment.run(on_ready, stop))
        stopped = asyncio.create_task(stop.wait())
        await asyncio.wait({running, stopped}, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        if not environment.is_ready:
            # Asked to stop while still starting: leave from wherever it is. Once it is ready it
            # leaves by itself; cut off then, it would kill what it should only ask to stop.
            running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        if not running.cancelled() and (error := running.exception()):
            raise error

    with only_one(options.data):
        asyncio.run(run())
