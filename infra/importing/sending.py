"""Sends one row to the service that owns it, and says whether it was there before."""

import json
from collections.abc import Awaitable, Mapping
from datetime import UTC
from typing import Any, ClassVar, Protocol
from uuid import UUID, uuid5

from shared.contracts.network import (
    KeepHandoverContact,
    OrganisationByEmail,
    OrganisationFound,
    RegisterOrganisation,
)
from shared.contracts.profiles import RegisterVolunteer
from shared.contracts.requests import (
    PostRequest,
    PreviewNeed,
    RequestContent,
    ShowRequest,
)
from shared.kernel.errors import Refusal
from shared.kernel.fields import Via
from shared.kernel.findings import Findings
from shared.kernel.people import comparable
from shared.messaging.asking import Asker, Replied, Unavailable

IMPORTED = UUID("6f1c44a1-0a3f-5d6e-9b1f-0f6b0c1d2e3f")
"""Namespace of the ids of imported requests."""
_NOBODY = UUID(int=0)
"""Whose request it is if the organisation is not known: such a contact is checked and not kept."""
DEFAULT_CONSENT = "import"
KNOWN = "known"
_PEOPLE = {"contact_name", "contact_phone", "organisation_email"}
_TELLS_APART = (
    *("kind", "field", "title", "task", "postcode", "municipality", "remote"),
    *("languages", "skills", "checks", "slots", "weekly", "starts_on", "ends_on"),
    *("minors_present", "wished_gender"),
)
"""A row that differs in one of these asks for something else; otherwise it is the same request."""


class OrganisationUnknown(Refusal):
    """A request names an organisation that is not there."""

    code: ClassVar[str] = "import.organisation_unknown"


class ContactNameMissing(Refusal):
    """A telephone number without the name of who answers it."""

    code: ClassVar[str] = "import.contact_name_missing"


class Sender(Protocol):
    """Sends a row's values under a key; True if it was there before.

    Raises pydantic's ValidationError before anything is sent, a Refusal with all that the services
    find wrong, Unavailable when nobody answers.
    """

    async def __call__(
        self, values: Mapping[str, Any], key: str, asker: Asker, *, dry_run: bool
    ) -> bool: ...


async def send_volunteer(
    values: Mapping[str, Any], key: str, asker: Asker, *, dry_run: bool
) -> bool:
    """Register a volunteer; active and known with a `consented_on`, else unconfirmed."""
    wish = RegisterVolunteer.model_validate(
        {"consent_version": DEFAULT_CONSENT}
        | dict(values)
        | {"command_key": key, "via": Via.IMPORT, "dry_run": dry_run}
    )
    return (await asker.ask(wish)).status == KNOWN


async def send_organisation(
    values: Mapping[str, Any], key: str, asker: Asker, *, dry_run: bool
) -> bool:
    """Register an organisation as verified."""
    wish = RegisterOrganisation.model_validate(
        dict(values)
        | {"command_key": key, "via": Via.IMPORT, "verified": True, "dry_run": dry_run}
    )
    return (await asker.ask(wish)).status == KNOWN


async def send_request(
    values: Mapping[str, Any], key: str, asker: Asker, *, dry_run: bool
) -> bool:
    """Post a request of a known organisation, and keep its hand-over contact."""
    content = RequestContent.model_validate(
        {name: value for name, value in values.items() if name not in _PEOPLE}
    )
    found = Findings()
    organisation_id = await _organisation(values, asker, found)
    wish = None
    if organisation_id is not None:
        request_id = request_id_of(organisation_id, content)
        if (await asker.ask(ShowRequest(request_id=request_id))).found:
            return True
        wish = PostRequest(
            command_key=key,
            via=Via.IMPORT,
            request_id=request_id,
            organisation_id=organisation_id,
            content=content,
        )
    # Asked before anything is kept: of a refused row no contact stays behind.
    await _note(asker.ask(PreviewNeed(content=content)), found)
    contact = _contact(values, f"{key}:contact", organisation_id, found)
    if contact is not None:
        check = {"command_key": f"{key}:check", "dry_run": True}
        await _note(asker.ask(contact.model_copy(update=check)), found)
    found.refuse()
    if not dry_run and wish is not None:
        await _post(wish, contact, asker)
    return False


async def _post(wish: PostRequest, contact: KeepHandoverContact | None, asker: Asker) -> None:
    """Keep the contact, then post the request that names it."""
    if contact is not None:
        kept = {"contact_id": (await asker.ask(contact)).contact_id}
        wish = wish.model_copy(update={"content": wish.content.model_copy(update=kept)})
    if not isinstance(await asker.send(wish), Replied):
        # Stored or not, its end is not known: the same key is sent again and gets the answer.
        raise Unavailable("requests does not answer")


async def _note(asked: Awaitable[object], found: Findings) -> None:
    """Wait for an answer that does not matter unless it is a refusal."""
    try:
        await asked
    except Refusal as refusal:
        found.add(refusal)


async def _organisation(
    values: Mapping[str, Any], asker: Asker, found: Findings
) -> UUID | None:
    """Whose request it is; without an address that can be read, nobody's."""
    email = values.get("organisation_email")
    known = await asker.ask(OrganisationByEmail(email=email)) if email else OrganisationFound()
    if known.organisation_id is None:
        found.add(
            OrganisationUnknown(
                "no organisation has this address; import organisations first",
                field="organisation_email",
            )
        )
    return known.organisation_id


def _contact(
    values: Mapping[str, Any], key: str, organisation_id: UUID | None, found: Findings
) -> KeepHandoverContact | None:
    """The wish to keep the hand-over contact that a row names, if it names one."""
    name, phone = values.get("contact_name"), values.get("contact_phone")
    if not name:
        if phone:
            found.add(
                ContactNameMissing("write who answers the telephone", field="contact_name")
            )
        return None
    return KeepHandoverContact(
        command_key=key,
        via=Via.IMPORT,
        organisation_id=organisation_id or _NOBODY,
        name=name,
        phone=phone,
    )


def request_id_of(organisation_id: UUID, content: RequestContent) -> UUID:
    """The same for rows that ask for the same: words, contacts and spelling do not count."""
    codes = content.model_dump(mode="json", include=set(_TELLS_APART))
    codes |= {
        "title": comparable(" ".join((content.title or "").split())),
        "municipality": comparable(content.municipality or ""),
        "slots": [
            [
                slot.starts_at.astimezone(UTC).isoformat(),
                slot.ends_at.astimezone(UTC).isoformat(),
            ]
            for slot in content.slots
        ],
    }
    told = {
        name: sorted(value, key=str) if isinstance(value, list) else value
        for name, value in codes.items()
    }
    return uuid5(IMPORTED, json.dumps([str(organisation_id), told], sort_keys=True))
