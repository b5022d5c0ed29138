"""Where a running environment is: one file for the other commands, one for whoever started it."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from infra.local.durable import write_durably

ADDRESS_FILE = "up.json"


def tell_addresses(file: Path, addresses: Mapping[str, Any]) -> None:
    """Write them into a file of mode 0600: the sign-in link is a key."""
    write_durably(file, json.dumps(addresses, indent=2).encode())


def forget_addresses(data: Path) -> None:
    """From now on nobody may look for servers there."""
    (data / ADDRESS_FILE).unlink(missing_ok=True)


def addresses_of(data: Path) -> dict[str, Any] | None:
    """What the environment on this data folder told; None where none runs."""
    try:
        found: dict[str, Any] = json.loads((data / ADDRESS_FILE).read_text())
    except FileNotFoundError:
        return None
    return found
