"""A command to run: what, as whom, where; shared by whoever describes a process and whoever starts it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Account:
    """A user of the operating system, with their own group and no others."""

    name: str
    uid: int
    gid: int


@dataclass(frozen=True, slots=True)
class Command:
    """`argv[0]` is an absolute path; `env` is the whole environment, nothing is inherited.

    `account` is None to stay the user we are; any other account needs root.
    """

    argv: tuple[str, ...]
    env: Mapping[str, str]
    cwd: Path
    account: Account | None = None
