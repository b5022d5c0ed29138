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
    reporting,
    requests,
    skipping,
    steering,
)
from services.matching.handlers.requests import Automations
from services.matching.handlers.tandems import answering as tandem_answers
from services.matching.handlers.tandems import ending as tandem_ends
from services.matching.handlers.tandems import showing as tandem_pages
from services.matching.handlers.tandems.ending import Ends
from services.matching.store.roster import Roster
from shared.messaging.seam import Seam


def subscribe(
    seam: Seam, tuning: Tuning, automations: Automations, roster: Roster, ends: Ends
) -> None:
    """Bind every use case to its message."""
    requests.subscribe(seam, tuning, automations)
    people.subscribe(seam, tuning)
    mails.subscribe(seam, tuning)
    answering.subscribe(seam, tuning)
    skipping.subscribe(seam, tuning)
    deciding.subscribe(seam, tuning, roster)
    steering.subscribe(seam, tuning, roster)
    reporting.subscribe(seam)
    looking.subscribe(seam, tuning, automations, roster)
    planning.subscribe(seam, tuning, roster)
    asking.subscribe(seam, tuning)
    tandem_answers.subscribe(seam, tuning)
    tandem_ends.subscribe(seam, tuning, ends)
    tandem_pages.subscribe(seam, tuning)
