"""Ids: time-ordered UUIDs, each with the name of what it identifies."""

from typing import NewType
from uuid import UUID

from uuid_utils.compat import uuid7

VolunteerId = NewType("VolunteerId", UUID)
OrganisationId = NewType("OrganisationId", UUID)
RequestId = NewType("RequestId", UUID)
InvitationId = NewType("InvitationId", UUID)
AssignmentId = NewType("AssignmentId", UUID)
ContactId = NewType("ContactId", UUID)
StaffId = NewType("StaffId", UUID)


def new_id() -> UUID:
    """Make a UUIDv7 (RFC 9562): the one place that takes the time and chance for ids.

    Domain functions get ids as arguments, so that the same input gives the same result.
    """
    return uuid7()
