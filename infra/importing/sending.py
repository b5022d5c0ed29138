"""Sends one row to the service that owns it, and says whether it was there before."""

import json
from collections.abc import Mapping
from datetime import UTC
from typing import Any, ClassVar, Protocol
from uuid import UUID, uuid5

from shared.contracts.network import (
    KeepHandoverContact,
    OrganisationByEmail,
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
from shared.kernel.people import comparable
from shared.messaging.asking import Asker, Replied, Unavailable

IMPORTED = UUID("6f1c44a1-0a3f-5d6e-9b1f-0f6b0c1d2e3f")
"""Namespace of the ids of imported requests."""
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

    Raises Refusal and pydantic's ValidationError for a bad row, Unavailable when nobody answers.
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
    if values.get("contact_phone") and not values.get("contact_name"):
        raise ContactNameMissing("write who answers the telephone", field="contact_name")
    content = RequestContent.model_validate(
        {name: value for name, value in values.items() if name not in _PEOPLE}
    )
    found = await asker.ask(OrganisationByEmail(email=values["organisation_email"]))
    if found.organisation_id is None:
        raise OrganisationUnknown(
            "no organisation has this address; import organisations first",
            field="organisation_email",
        )
    request_id = request_id_of(found.organisation_id, content)
    if (await asker.ask(ShowRequest(request_id=request_id))).found:
        return True
    # Asked before anything is kept: of a refused row no contact stays behind.
    await asker.ask(PreviewNeed(content=content))
    if dry_run:
        return False
    contact_id = await _kept_contact(values, f"{key}:contact", found.organisation_id, asker)
    outcome = await asker.send(
        PostRequest(
            command_key=key,
            via=Via.IMPORT,
            request_id=request_id,
            organisation_id=found.organisation_id,
            content=content.model_copy(update={"contact_id": contact_id}),
        )
    )
    if not isinstance(outcome, Replied):
        # Stored or not, its end is not known: the same key is sent again and gets the answer.
        raise Unavailable("requests does not answer")
    return False


async def _kept_contact(
    values: Mapping[str, Any], key: str, organisation_id: UUID, asker: Asker
) -> UUID | None:
    """The id of the hand-over contact that a row names, if it names one."""
    if not values.get("contact_name"):
        return None
    wish = KeepHandoverContact(
        command_key=key,
        via=Via.IMPORT,
        organisation_id=organisation_id,
        name=values["contact_name"],
        phone=values.get("contact_phone"),
    )
    return (await asker.ask(wish)).contact_id


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
