"""Turns itself into a child process that does not outlive its supervisor.

Run by its path as `python -I -S launch.py PARENT SIGNAL UID GID COMMAND…`. It stands between fork
and exec, where Python code in a forked copy of a threaded process could wait for ever on a lock.
"""

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1  # <linux/prctl.h>
KEEP = -1  # as UID: stay who we are


def become(parent: int, death_signal: int, uid: int, gid: int, argv: list[str]) -> None:
    """Drop to `uid`, ask the kernel for `death_signal` when `parent` ends, and run `argv`."""
    if uid != KEEP:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    if sys.platform == "linux":  # after the change of user, which clears it
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, death_signal, 0, 0, 0)
    if os.getppid() != parent:  # it ended before the kernel knew: nobody waits for us
        os._exit(1)
    os.execv(argv[0], argv)  # noqa: S606 - becoming the command is this module's purpose


if __name__ == "__main__":
    parent_pid, death, user, group = (int(word) for word in sys.argv[1:5])
    try:
        become(parent_pid, death, user, group, sys.argv[5:])
    except OSError as error:
        raise SystemExit(f"cannot run {sys.argv[5]}: {error.strerror}") from error
