"""Use cases of `profiles`: one function a message, one transaction each."""

from services.profiles.handlers import (
    answering,
    changing,
    erasing,
    exporting,
    linking,
    registering,
    standing,
)
from shared.district import District
from shared.messaging.seam import Seam


def subscribe(seam: Seam, district: District) -> None:
    """Bind every use case to its message."""
    registering.subscribe(seam, district)
    changing.subscribe(seam, district)
    linking.subscribe(seam)
    standing.subscribe(seam, district)
    erasing.subscribe(seam)
    answering.subscribe(seam)
    exporting.subscribe(seam)
