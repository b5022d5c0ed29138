"""From what an organisation says about a request to what the owners keep: words here, people there.

`network` keeps the name and number of the hand-over contact, `requests` all the rest and the
contact's id.
"""

from typing import Any, ClassVar, Protocol
from uuid import UUID

from services.portal.pages.context import Portal
from services.portal.pages.inputs import RequestChange, RequestFields
from shared.contracts.network import HandoverContact, HandoverShown, KeepHandoverContact
from shared.contracts.requests import PreviewNeed, RequestContent
from shared.kernel.errors import Refusal, refuse_all
from shared.kernel.fields import Via
from shared.messaging.asking import WishRefused

_PEOPLE = {"contact_name", "contact_phone"}
_NOBODY = HandoverShown(found=False)


class ContactNameMissing(Refusal):
    """A number, but nobody who answers it."""

    code: ClassVar[str] = "portal.contact_name_missing"


class Contact(Protocol):
    """Whom an assigned volunteer shall ring."""

    @property
    def contact_name(self) -> str | None: ...
    @property
    def contact_phone(self) -> str | None: ...


def content_of(body: RequestFields) -> RequestContent:
    """The request without people; the contact's id is added once it is known."""
    return RequestContent.model_validate(body.model_dump(exclude=_PEOPLE | {"version"}))


async def with_contact(
    portal: Portal,
    content: RequestContent,
    contact: Contact,
    organisation_id: UUID,
    key: str,
    *,
    via: Via = Via.WEB,
) -> RequestContent:
    """The content with its hand-over contact, who is kept in `network` first, under `key`.

    Raises:
        Refusal: the contact is not usable; it names that and everything else that is wrong.

    """
    try:
        contact_id = await _kept(portal, contact, organisation_id, key, via)
    except Refusal as refusal:
        await refuse_together(portal, content, refusal)
        raise
    return content.model_copy(update={"contact_id": contact_id})


async def refuse_together(portal: Portal, content: RequestContent, *found: Refusal) -> None:
    """Raise what was found with all that `requests` finds: a form is sent back once, not twice."""
    errors = [error for refusal in found for error in refusal.errors]
    try:
        await portal.asker.ask(PreviewNeed(content=content))
    except WishRefused as refusal:
        errors += refusal.errors
    refuse_all(errors)


async def _kept(
    portal: Portal, contact: Contact, organisation_id: UUID, key: str, via: Via
) -> UUID | None:
    name, phone = contact.contact_name, contact.contact_phone
    if not name and not phone:
        return None
    if not name:
        raise ContactNameMissing(
            "A telephone number needs the name of the person who answers it.",
            field="contact_name",
        )
    kept = await portal.asker.ask(
        KeepHandoverContact(
            command_key=key,
            via=via,
            organisation_id=organisation_id,
            name=name,
            phone=phone or None,
        )
    )
    return kept.contact_id


def merged(before: RequestContent, change: RequestChange) -> RequestContent:
    """The content after a partial change; new dates of one sort replace those of the other."""
    changes = change.model_dump(exclude_unset=True, exclude=_PEOPLE | {"version"})
    cleared: dict[str, Any] = {}
    if changes.get("slots"):
        cleared = {"weekly": (), "starts_on": None, "ends_on": None}
    elif changes.get("weekly"):
        cleared = {"slots": ()}
    return RequestContent.model_validate(before.model_dump() | cleared | changes)


async def changed_contact(
    portal: Portal, before: RequestContent, change: RequestChange
) -> Contact | None:
    """The contact after a partial change, or None where it stays as it is."""
    said = change.model_fields_set & _PEOPLE
    if not said:
        return None
    known = await contact_shown(portal, before)
    return RequestFields(
        contact_name=change.contact_name if "contact_name" in said else known.name,
        contact_phone=change.contact_phone if "contact_phone" in said else known.phone,
    )


async def contact_shown(portal: Portal, content: RequestContent) -> HandoverShown:
    """Name and number of a request's contact, for the organisation itself."""
    if content.contact_id is None:
        return _NOBODY
    return await portal.asker.ask(HandoverContact(contact_id=content.contact_id))
