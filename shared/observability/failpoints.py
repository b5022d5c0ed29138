"""Named points at which a process can be made to die: the crash tests' only lever.

`BRUECKE_FAILPOINTS=relay.published_not_marked:1` ends the process the first time it comes there;
without the variable a failpoint costs one dictionary look-up.
"""

import os

_EXIT_CODE = 137


def _read(variable: str) -> dict[str, int]:
    pairs = (part.split(":") for part in variable.split(",") if part)
    return {name: int(count) for name, count in pairs}


_armed = _read(os.environ.get("BRUECKE_FAILPOINTS", ""))


def failpoint(name: str) -> None:
    """Die here, as by `kill -9`, on the armed visit."""
    if name in _armed:
        _armed[name] -= 1
        if _armed[name] <= 0:
            os._exit(_EXIT_CODE)
