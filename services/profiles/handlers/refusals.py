"""What every use case of `profiles` may refuse."""

from typing import ClassVar

from shared.kernel.errors import Refusal


class VolunteerUnknown(Refusal):
    """There is no such volunteer, or no longer."""

    code: ClassVar[str] = "profiles.volunteer_unknown"
