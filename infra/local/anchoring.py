"""The data folder's domain clock: where it stands, how fast it runs, and what a night changes."""

from datetime import datetime, timedelta
from pathlib import Path

from infra.local.durable import write_durably
from shared.kernel.clock import DomainClock, MachineClock

CLOCK_FILE = "clock.json"
STOPPED_FILE = "clock.stopped"


def anchored_clock(data: Path, speed: float | None) -> DomainClock:
    """The clock goes on where it was, at another speed if one is given; it never goes back.

    While nothing ran, domain time went on at the pace of real time: who comes back to a fast
    demonstration after a night finds it a night later, and not a year.
    Raises ClockUnreadable: the speed is out of range, or the file is broken.
    """
    now = MachineClock().now()
    path, note = data / CLOCK_FILE, data / STOPPED_FILE
    clock = (
        DomainClock.from_json(path.read_text()) if path.exists() else DomainClock.in_step(now)
    )
    if note.exists():
        stopped = datetime.fromisoformat(note.read_text())
        away = max(timedelta(0), now - stopped)
        clock = DomainClock(now, clock.at(stopped) + away, clock.speed)
    if speed is not None and speed != clock.speed:
        clock = clock.resume(now, speed)
    write_durably(path, clock.to_json().encode())
    note.unlink(missing_ok=True)
    return clock


def note_stop(data: Path) -> None:
    """Note the moment at which everything stopped; who is killed cannot, and its time ran on."""
    write_durably(data / STOPPED_FILE, MachineClock().now().isoformat().encode())
