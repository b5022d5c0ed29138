"""What the use cases of `network` may refuse."""

from typing import ClassVar

from shared.kernel.errors import Refusal


class OrganisationUnknown(Refusal):
    """There is no such organisation, or no longer."""

    code: ClassVar[str] = "network.organisation_unknown"


class OrganisationStopped(Refusal):
    """A coordinator suspended the organisation."""

    code: ClassVar[str] = "network.organisation_suspended"
