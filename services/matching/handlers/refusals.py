"""What matching refuses because it does not know it, beside the domain's own refusals."""

from typing import ClassVar

from services.matching.domain.refusals import MatchingRefusal
from shared.kernel.errors import Refusal


class RequestUnknown(MatchingRefusal):
    code: ClassVar[str] = "matching.request_unknown"
    says: ClassVar[str] = "This request is not open, or there is no such request."


class VolunteerUnknown(MatchingRefusal):
    code: ClassVar[str] = "matching.volunteer_unknown"
    says: ClassVar[str] = "There is no such volunteer (any more)."


class NobodyToAsk(MatchingRefusal):
    code: ClassVar[str] = "matching.nobody_to_ask"
    says: ClassVar[str] = "Nobody who fits is left to ask."


class NeedUnclear(Refusal):
    """A need for the dry run that no request could have."""

    code: ClassVar[str] = "matching.need_unclear"
