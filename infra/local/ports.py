"""The ports of one run of the embedded environment."""

from dataclasses import dataclass
from typing import ClassVar

from infra.local.probes import free_port, refuse_taken
from shared.kernel.errors import Refusal


class PortsClash(Refusal):
    """One port was given to two servers."""

    code: ClassVar[str] = "local.ports_clash"


@dataclass(frozen=True, slots=True)
class Ports:
    """Chosen once for one run, so that a restarted child is found where it was."""

    portal: int
    admin: int
    mail: int
    smtp: int
    nats: int
    postgres: int


def choose_ports(portal: int, admin: int, mail: int) -> Ports:
    """Take the wanted ports, and free ones for 0 and for what nobody chooses.

    Raises:
        PortsClash: two of them are the same.
        PortTaken: somebody else listens on one.

    """
    wanted = (portal, admin, mail)
    chosen = [port for port in wanted if port]
    for port in chosen:
        if chosen.count(port) > 1:
            raise PortsClash(f"Port {port} is given twice; each server needs its own.")
        refuse_taken(port)
    taken = set(chosen)
    return Ports(*(port or another_port(taken) for port in (*wanted, 0, 0, 0)))


def another_port(taken: set[int]) -> int:
    """A free port that is not in `taken`, which it then is."""
    while (port := free_port()) in taken:
        pass
    taken.add(port)
    return port
