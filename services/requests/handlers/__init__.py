"""Use cases of `requests`: one function a message, one transaction each."""

from services.requests.handlers import asking, changing, linking, listening, posting
from shared.district import District
from shared.messaging.seam import Seam


def subscribe(seam: Seam, district: District) -> None:
    """Bind every use case to its message."""
    posting.subscribe(seam, district)
    changing.subscribe(seam, district)
    listening.subscribe(seam)
    linking.subscribe(seam, district)
    asking.subscribe(seam, district)
