"""The link to a volunteer's own page, for somebody who lost the mail with it."""

from datetime import timedelta

from sqlalchemy import func, or_, update

from services.profiles.domain.standing import State
from services.profiles.store import VolunteerRow
from shared.contracts.profiles import RequestVolunteerLink, VolunteerLinkRequested
from shared.contracts.values import Done
from shared.kernel.ids import new_id
from shared.kernel.people import clean_email
from shared.messaging.outbox import Work
from shared.messaging.seam import Seam

MAILED_AT_MOST = timedelta(minutes=10)
"""Domain time between two such mails to one person."""


def subscribe(seam: Seam) -> None:
    @seam.private(RequestVolunteerLink)
    async def on_request_link(wish: RequestVolunteerLink, work: Work) -> Done:
        return await request_volunteer_link(wish, work)


async def request_volunteer_link(wish: RequestVolunteerLink, work: Work) -> Done:
    """Have the link mailed to everybody who confirmed this address and was not mailed just now.

    The answer and the work are the same in every case. Raises EmailUnclear.
    """
    mailed_before = VolunteerRow.link_mailed_at
    found = await work.session.scalars(
        update(VolunteerRow)
        .where(
            func.lower(VolunteerRow.email) == func.lower(clean_email(wish.email)),
            VolunteerRow.state != State.UNCONFIRMED,
            or_(mailed_before.is_(None), mailed_before <= work.now - MAILED_AT_MOST),
        )
        .values(link_mailed_at=work.now)
        .returning(VolunteerRow.volunteer_id)
    )
    volunteer_ids = found.all()
    async with work.session.begin_nested() as attempt:
        await work.publish(
            *(
                VolunteerLinkRequested(volunteer_id=volunteer_id, occurred_at=work.now)
                for volunteer_id in volunteer_ids or (new_id(),)
            )
        )
        if not volunteer_ids:
            await attempt.rollback()
    return Done()
