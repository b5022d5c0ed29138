"""The chance of enough yeses among people who decide independently (Poisson-binomial)."""

from collections.abc import Iterable


class Odds:
    """How likely fewer than `wanted` yeses are, as chances are added one by one.

    The classic dynamic programme over the count of successes, cut off at `wanted`: adding a
    chance costs O(wanted). `wanted` is at least 0; chances are in 0..1.
    """

    __slots__ = ("_exactly",)

    def __init__(self, wanted: int, chances: Iterable[float] = ()) -> None:
        self._exactly = [1.0] + [0.0] * (wanted - 1) if wanted > 0 else []
        for chance in chances:
            self.add(chance)

    def add(self, chance: float) -> None:
        exactly = self._exactly
        for yeses in range(len(exactly) - 1, 0, -1):
            exactly[yeses] += chance * (exactly[yeses - 1] - exactly[yeses])
        if exactly:
            exactly[0] *= 1 - chance

    @property
    def enough(self) -> float:
        """The chance of at least `wanted` yeses."""
        return min(1.0, max(0.0, 1.0 - sum(self._exactly)))


def chance_of_enough(wanted: int, chances: Iterable[float]) -> float:
    """The chance that at least `wanted` of those asked say yes."""
    return Odds(wanted, chances).enough
