"""Who gets an email: an id and where its address is known, never the address."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class RecipientKind(StrEnum):
    """Whose service knows the address: profiles, network or admin."""

    VOLUNTEER = "volunteer"
    CONTACT = "contact"
    STAFF = "staff"


@dataclass(frozen=True, slots=True)
class Recipient:
    """A person by id; name, address and language are asked from the owner when sending."""

    kind: RecipientKind
    id: UUID
