"""The embedded PostgreSQL: a cluster of its own for each data folder, from the installed wheel."""

import os
import shutil
import signal
import struct
import subprocess
from pathlib import Path
from typing import ClassVar

import psutil

from infra.local.child import Child
from infra.local.command import Account, Command
from infra.local.postgres_home import Home, abandoned_rooms, claim, home_in, make_room
from infra.local.probes import HOST, answers, refuse_taken
from infra.local.survivors import began_at, end
from shared.kernel.errors import Refusal

SUPERUSER = "bruecke_provision"
ENVIRONMENT = {
    "TZ": "UTC",
    "LC_ALL": "C",
    "PATH": os.defpath,
}  # nothing to find out by searching
START_TOLERANCE_S = 10.0  # between a process's start and the server's own note of it

# Kept on the command line, not in the cluster's file: a later version's settings hold at once.
SETTINGS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "max_connections": "120",
    "shared_buffers": "64MB",
    "work_mem": "8MB",
    "maintenance_work_mem": "64MB",
    "max_wal_size": "512MB",
    "huge_pages": "off",
    "max_parallel_workers_per_gather": "0",  # needs shared memory, which containers are short of
    "timezone": "UTC",
    "log_timezone": "UTC",
    # No statement and no value of one in the log. An error's text can quote a value, and its
    # client gets it anyway: only what concerns the server itself is written down.
    "log_min_messages": "log",
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_statement": "none",
    "log_checkpoints": "off",
}
# Commits still reach the operating system, so that a killed server loses nothing.
NOT_DURABLE = {"fsync": "off", "full_page_writes": "off"}
# The protocol's first message (version 3.0) and the first byte of the answer to it.
_WHO = f"user\0{SUPERUSER}\0database\0postgres\0\0".encode()
STARTUP = struct.pack("!II", 8 + len(_WHO), 3 << 16) + _WHO
AUTHENTICATION = b"R"
HBA = f"host all all {HOST}/32 scram-sha-256\n"


class ClusterNotMade(Refusal):
    """`initdb` failed."""

    code: ClassVar[str] = "local.cluster_not_made"

    def __init__(self, said: str) -> None:
        super().__init__(f"PostgreSQL could not make its cluster: {said}")


class EmbeddedPostgres:
    """PostgreSQL for one data folder, on 127.0.0.1 and without a socket file.

    `password` is that of the superuser `bruecke_provision`; it is set when the cluster is made and
    not changed later. `durable=False` is for tests: a crash of the machine may lose the cluster.
    """

    def __init__(self, data: Path, port: int, password: str, *, durable: bool = True) -> None:
        self.port = port
        self._data = data
        self._password = password
        self._durable = durable
        self._home: Home | None = None

    def prepare(self) -> None:
        """Make all ready for a start; blocks for about a second the first time.

        Ends a server that an earlier run left on this cluster, and removes clusters whose data
        folder vanished.

        :raises PortTaken: another server listens on the port.
        :raises ClusterNotMade: `initdb` failed.
        :raises DatabaseGone: the data folder names a cluster that is not there.
        :raises DatabaseOfAnother: the data folder is a copy, or of another user.
        """
        with home_in(self._data) as home:
            if home.account is not None:
                for room in abandoned_rooms():
                    end_orphan(room / "data", home.account)
                    shutil.rmtree(room, ignore_errors=True)
            if home.room.exists():
                end_orphan(home.cluster, home.account)
            else:
                self._make_cluster(home)
                claim(home, self._data)
            self._home = home
        refuse_taken(self.port)

    def command(self) -> Command:
        """Return the command that runs the server in the foreground; `prepare` comes first."""
        if self._home is None:
            raise RuntimeError("prepare() comes before command()")
        settings = {"port": str(self.port)} | SETTINGS | ({} if self._durable else NOT_DURABLE)
        return Command(
            argv=(
                str(self._home.install / "bin" / "postgres"),
                *("-D", str(self._home.cluster)),
                *(
                    word
                    for name, value in settings.items()
                    for word in ("-c", f"{name}={value}")
                ),
            ),
            env=ENVIRONMENT,
            cwd=self._home.cluster,
            account=self._home.account,
        )

    async def ready(self) -> bool:
        """Tell whether the server takes connections: it asks who we are, and no longer refuses."""
        return await answers(self.port, STARTUP) == AUTHENTICATION

    def child(self, log: Path) -> Child:
        """Describe the server to the supervisor.

        SIGINT ends sessions and stops cleanly (SIGTERM would wait for every client to leave);
        SIGQUIT stops at once, with the log replayed at the next start.
        """
        return Child(
            name="postgres",
            command=self.command(),
            ready=self.ready,
            log=log,
            stop_signal=signal.SIGINT,
            stop_grace_s=20.0,
            death_signal=signal.SIGQUIT,
            ready_within_s=300.0,  # replaying the log after a crash may take its time
        )

    def _make_cluster(self, home: Home) -> None:
        new = make_room(home)
        password_file = new / "password"
        handle = os.open(password_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(handle, "w", encoding="ascii") as file:
                file.write(self._password + "\n")
            if home.account is not None:
                os.chown(password_file, home.account.uid, home.account.gid)
            self._initdb(home, new / "data", password_file)
        finally:
            password_file.unlink()
        hba = new / "data" / "pg_hba.conf"
        hba.write_text(HBA, encoding="ascii")  # as it was made: owner and mode stay
        new.replace(home.room)

    def _initdb(self, home: Home, cluster: Path, password_file: Path) -> None:
        account = home.account
        made = subprocess.run(
            [
                str(home.install / "bin" / "initdb"),
                *("--pgdata", str(cluster)),
                *("--username", SUPERUSER, "--pwfile", str(password_file)),
                *("--auth-host", "scram-sha-256", "--auth-local", "reject"),
                *("--encoding", "UTF8", "--no-locale"),
                *("--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"),
                *("--text-search-config", "simple", "--no-instructions"),
                *([] if self._durable else ["--no-sync"]),
            ],
            env=ENVIRONMENT,
            cwd=cluster,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
            umask=0o077,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if made.returncode != 0:
            lines = made.stderr.strip().splitlines()
            raise ClusterNotMade(lines[-1] if lines else f"exit code {made.returncode}")


def end_orphan(cluster: Path, account: Account | None) -> None:
    """End the server that an earlier run left on this cluster; clear a note that names another.

    PostgreSQL itself tells a stale `postmaster.pid` from a live one, unless the process id now
    belongs to another program of the same user, as it often does in a new container.
    """
    note = cluster / "postmaster.pid"
    try:
        pid, _, started = note.read_text(encoding="utf-8").splitlines()[:3]
        process = psutil.Process(int(pid))
        ours = (
            process.uids().real == (account.uid if account else os.getuid())
            and process.name() == "postgres"
            and began_at(process, float(started), START_TOLERANCE_S)
        )
    except (FileNotFoundError, ValueError, psutil.NoSuchProcess):
        return
    if ours:
        end(process, signal.SIGINT)
    else:
        note.unlink()
