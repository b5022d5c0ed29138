"""The answer history in a volunteer's row."""

from datetime import datetime

from services.matching.domain import outcomes
from services.matching.domain.board import Invitation
from services.matching.store.codes import history_of
from services.matching.store.tables import VolunteerRow


def count(
    person: VolunteerRow | None, invitation: Invitation, *, counted: bool | None, now: datetime
) -> bool | None:
    """Count an ask's outcome in the locked row, once; return what is counted now."""
    if person is None:
        return counted
    history, result = outcomes.count(history_of(person), invitation, counted=counted, now=now)
    if result is not counted:
        person.asked, person.yes, person.counted_at = (
            history.asked,
            history.yes,
            history.counted_at,
        )
    return result
