"""The product's own waves."""

from dataclasses import dataclass
from datetime import timedelta

from services.matching.domain.tuning import Tuning
from services.matching.simulation.asking import Decision, Look


@dataclass(frozen=True)
class Waves:
    """The service's planner; another tuning is a variant."""

    name: str
    tuning: Tuning
    expects: timedelta = timedelta(0)
    looks_after_answers: bool = True

    def decide(self, look: Look) -> Decision:
        return look.plan()
