"""Use cases of `matching`: one function a message, one transaction each."""

from services.matching.domain.tuning import Tuning
from services.matching.handlers import (
    answering,
    asking,
    deciding,
    looking,
    mails,
    people,
    planning,
    requests,
    skipping,
)
from services.matching.handlers.requests import Automations
from services.matching.store.roster import Roster
from shared.messaging.seam import Seam


def subscribe(seam: Seam, tuning: Tuning, automations: Automations, roster: Roster) -> None:
    """Bind every use case to its message."""
    requests.subscribe(seam, tuning, automations)
    people.subscribe(seam, tuning)
    mails.subscribe(seam, tuning)
    answering.subscribe(seam, tuning)
    skipping.subscribe(seam, tuning)
    deciding.subscribe(seam, tuning)
    looking.subscribe(seam, tuning, automations, roster)
    planning.subscribe(seam, tuning, roster)
    asking.subscribe(seam)
