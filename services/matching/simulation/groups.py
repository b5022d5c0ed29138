"""Groups of requests that are looked at apart: a mean hides who goes without."""

from collections.abc import Mapping

import numpy as np

from services.matching.simulation.pairs import Bools
from services.matching.simulation.parameters import FIELDS
from services.matching.simulation.posting import NO_LANGUAGE
from services.matching.simulation.world import World

Group = tuple[str, str]
"""What its requests have in common: `("field", "work")`, `("language", "ti")`."""

FIELD, LANGUAGE = "field", "language"
NONE = "none"
"""Of requests for which German will do."""


def groups_of(world: World) -> Mapping[Group, Bools]:
    """Which requests need each field and each language; groups without a request are left out."""
    fields = np.array([one.field for one in world.requests], dtype=int)
    languages = np.array([one.language for one in world.requests], dtype=int)
    tags = world.parameters.languages.tags
    groups: dict[Group, Bools] = {
        (FIELD, field.value): fields == position for position, field in enumerate(FIELDS)
    }
    groups[LANGUAGE, NONE] = languages == NO_LANGUAGE
    groups |= {(LANGUAGE, tag): languages == position for position, tag in enumerate(tags)}
    return {group: members for group, members in groups.items() if members.any()}


def scarce_of(world: World) -> Bools:
    """Which requests need a scarce language."""
    said = world.parameters.languages
    scarce = [position for position, tag in enumerate(said.tags) if tag in said.scarce]
    return np.isin([one.language for one in world.requests], scarce)
