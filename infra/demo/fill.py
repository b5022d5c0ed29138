"""Fills the demo district in, once: by the same way as an import, so that nothing is special."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from infra.demo.generate import Row, generate
from infra.importing.run import import_values
from infra.local.durable import write_durably
from shared.district import District
from shared.kernel.clock import Clock
from shared.messaging.asking import Asker

SEED = 2026
BEGUN = "demo.begun"
DONE = "demo.done"


async def fill_in(
    data: Path, district: District, asker: Asker, clock: Clock, tell: Callable[[int, int], None]
) -> bool:
    """Import the demo district; False if this data folder has it. `tell` hears done and total.

    Killed in the middle, the next start goes on: who is there is known.

    Raises:
        Refusal: a generated row was refused, which is a defect of the generator.

    """
    marker = data / DONE
    if marker.exists():
        return False
    demo = generate(district, seed=SEED, now=_begun(data / BEGUN, clock))
    stages: list[tuple[str, list[Row]]] = [
        ("organisations", demo.organisations),
        ("volunteers", demo.volunteers),
        ("requests", demo.requests),
    ]
    total = sum(len(rows) for _, rows in stages)
    done = 0
    for kind, rows in stages:
        async for refused in import_values(kind, rows, asker):
            if refused:
                raise refused[0]
            done += 1
            tell(done, total)
    write_durably(marker, b"")
    return True


def _begun(path: Path, clock: Clock) -> datetime:
    """When the filling-in first began: the dates, and so the keys, of all rows hang on it."""
    if not path.exists():
        write_durably(path, clock.now().isoformat().encode())
    return datetime.fromisoformat(path.read_text())
