"""Use cases of `network`: one function a message, one transaction each."""

from services.network.handlers import (
    access,
    answering,
    contacts,
    erasing,
    registering,
    standing,
)
from shared.district import District
from shared.messaging.seam import Seam


def subscribe(seam: Seam, district: District) -> None:
    """Bind every use case to its message."""
    registering.subscribe(seam, district)
    standing.subscribe(seam)
    contacts.subscribe(seam)
    access.subscribe(seam)
    erasing.subscribe(seam)
    answering.subscribe(seam)
