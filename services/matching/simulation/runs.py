"""Runs of policies on worlds, one after the other or on several processes."""

import signal
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import lru_cache
from multiprocessing import get_context

from services.matching.domain.calibration import Decile, reliability
from services.matching.simulation.bound import Bounds, bounds_of
from services.matching.simulation.curves import Curves, curves_of
from services.matching.simulation.figures import Figures, figures_of
from services.matching.simulation.parameters import WorldParameters
from services.matching.simulation.playing import Play
from services.matching.simulation.policies.catalogue import policy_named
from services.matching.simulation.world import World, make_world

Tell = Callable[[float], None]
"""Told how much of one run is done, 0..1."""


@dataclass(frozen=True, slots=True)
class Job:
    """One policy in one world."""

    parameters: WorldParameters
    seed: int
    policy: str


@dataclass(frozen=True)
class Run:
    """What came of it."""

    job: Job
    figures: Figures
    curves: Curves
    reliability: tuple[Decile, ...]


def jobs_of(
    parameters: WorldParameters, policies: Sequence[str], seeds: Iterable[int]
) -> list[Job]:
    """Every policy in every world; those of one world together. Raises PolicyUnknown."""
    for name in policies:
        policy_named(name, parameters.calendar.quiet_hours)
    return [Job(parameters, seed, policy) for seed in seeds for policy in policies]


def run(job: Job, tell: Tell | None = None) -> Run:
    """Play one year and measure it. The same job always comes to the same figures."""
    world, bounds = _prepared(job.parameters, job.seed)
    policy = policy_named(job.policy, job.parameters.calendar.quiet_hours)
    record = Play(world, policy).run(tell)
    return Run(
        job,
        figures_of(world, record, bounds),
        curves_of(world, record),
        reliability(record.mail_chance, record.mail_yes),
    )


def run_all(
    jobs: Sequence[Job], processes: int = 1, tell: Tell | None = None
) -> Generator[Run]:
    """Run the jobs and yield each as it ends; `tell` hears of a job in work on one process only.

    Whoever closes the generator ends the processes, too.
    """
    if processes == 1:
        for job in jobs:
            yield run(job, tell)
        return
    with ExitStack() as stack:
        with _ctrl_c_held_back():
            # Fresh processes: a copy of this one would inherit its threads' locks.
            pool = stack.enter_context(get_context("spawn").Pool(processes))
        yield from pool.imap_unordered(run, jobs)


@contextmanager
def _ctrl_c_held_back() -> Iterator[None]:
    """Whoever is started meanwhile never hears Ctrl-C, which is for the parent: it hears it after."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@lru_cache(maxsize=1)
def _prepared(parameters: WorldParameters, seed: int) -> tuple[World, Bounds]:
    world = make_world(parameters, seed)
    return world, bounds_of(world)
