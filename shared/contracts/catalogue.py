"""All messages: importing this module is what makes the catalogue complete."""

from shared.contracts import (
    admin,
    matching,
    network,
    notifications,
    profiles,
    reporting,
    requests,
)
from shared.contracts.messages import CATALOGUE

OWNERS = (admin, matching, network, notifications, profiles, reporting, requests)

__all__ = ["CATALOGUE", "OWNERS"]
