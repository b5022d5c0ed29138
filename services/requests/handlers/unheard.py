"""Word to an organisation whose wish was refused when it no longer waited for the answer."""

from datetime import datetime

from services.requests.store import lock_organisation
from shared.contracts.messages import Refused
from shared.contracts.requests import (
    CancelRequest,
    ChangeRequest,
    CompleteRequest,
    PostRequest,
    RequestRefusedLate,
)
from shared.kernel.fields import Via
from shared.messaging.outbox import Work

Wish = PostRequest | ChangeRequest | CancelRequest | CompleteRequest

_DEEDS: dict[type[Wish], str] = {
    PostRequest: "post",
    ChangeRequest: "change",
    CancelRequest: "cancel",
    CompleteRequest: "complete",
}
_OWN_WAYS = {Via.WEB, Via.API}
"""Ways by which an organisation speaks itself; an import waits and asks again."""


async def tell_of_refusal(wish: Wish, refused: Refused, work: Work) -> None:
    """Let the organisation know by mail; of a coordinator's deed it has not heard at all."""
    theirs = wish.staff_id is None and wish.via in _OWN_WAYS
    if wish.organisation_id is None or not theirs:
        return
    organisation = await lock_organisation(work.session, wish.organisation_id)
    if organisation.erased:  # its id is to come back nowhere
        return
    await work.publish(
        RequestRefusedLate(
            request_id=wish.request_id,
            organisation_id=wish.organisation_id,
            deed=_DEEDS[type(wish)],
            code=refused.code,
            starts_at=_starts_at(wish),
            occurred_at=work.now,
        )
    )


def _starts_at(wish: Wish) -> datetime | None:
    if not isinstance(wish, PostRequest):
        return None
    return min((slot.starts_at for slot in wish.content.slots), default=None)
