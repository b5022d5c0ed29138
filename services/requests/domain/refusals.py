"""What `requests` does not do, each with its code; `says` is what can be done instead."""

from typing import ClassVar

from shared.kernel.errors import Refusal


class RequestRefusal(Refusal):
    """The kinds below say what is refused."""

    code: ClassVar[str] = "requests.refused"
    says: ClassVar[str] = "This is not possible."

    def __init__(self, field: str | None = None) -> None:
        super().__init__(self.says, field=field)


class FieldRequired(RequestRefusal):
    code: ClassVar[str] = "requests.required"
    says: ClassVar[str] = "This field is required."


class PlaceRequired(RequestRefusal):
    code: ClassVar[str] = "requests.place_required"
    says: ClassVar[str] = "Give a postcode, or say that it can be done from anywhere (remote)."


class DatesRequired(RequestRefusal):
    code: ClassVar[str] = "requests.dates_required"
    says: ClassVar[str] = "Give dates (slots) or weekly times with their first and last day."


class TaskUnknown(RequestRefusal):
    code: ClassVar[str] = "requests.task_unknown"
    says: ClassVar[str] = "The district's catalogue has no such task."


class SkillUnknown(RequestRefusal):
    code: ClassVar[str] = "requests.skill_unknown"
    says: ClassVar[str] = "The district's catalogue has no such skill."


class LanguageTwice(RequestRefusal):
    code: ClassVar[str] = "requests.language_twice"
    says: ClassVar[str] = "This language is already in the list."


class TooManyEntries(RequestRefusal):
    code: ClassVar[str] = "requests.too_many_entries"
    says: ClassVar[str] = "These are more entries than one request can have."


class PlacesOutOfRange(RequestRefusal):
    code: ClassVar[str] = "requests.places_out_of_range"
    says: ClassVar[str] = "A request has 1 to 500 places."


class SlotInThePast(RequestRefusal):
    code: ClassVar[str] = "requests.slot_in_the_past"
    says: ClassVar[str] = "This time is over; give one that is still to come."


class SlotsOverlap(RequestRefusal):
    code: ClassVar[str] = "requests.slots_overlap"
    says: ClassVar[str] = "This time overlaps another one of the same request."


class TooManyDates(RequestRefusal):
    code: ClassVar[str] = "requests.too_many_dates"
    says: ClassVar[str] = "A request has at most 120 dates; post the later ones separately."


class SlotsOrWeekly(RequestRefusal):
    code: ClassVar[str] = "requests.slots_or_weekly"
    says: ClassVar[str] = "Give dates or weekly times, not both."


class OnlyWithWeekly(RequestRefusal):
    code: ClassVar[str] = "requests.only_with_weekly"
    says: ClassVar[str] = "A first and a last day belong to weekly times, and there are none."


class SeveralDays(RequestRefusal):
    code: ClassVar[str] = "requests.several_days"
    says: ClassVar[str] = "A single request is on one day; choose series for several."


class AnswerByPast(RequestRefusal):
    code: ClassVar[str] = "requests.answer_by_past"
    says: ClassVar[str] = "This time is over; give one that is still to come."


class AnswerByTooLate(RequestRefusal):
    code: ClassVar[str] = "requests.answer_by_too_late"
    says: ClassVar[str] = "Answers must be there before the first date starts."


class ContactDetailsFound(RequestRefusal):
    code: ClassVar[str] = "requests.contact_details"
    says: ClassVar[str] = (
        "No email address and no telephone number here: whom to ring belongs into contact_name "
        "and contact_phone, and the person in need stays out of the request."
    )


class RequestUnknown(RequestRefusal):
    """Also for the request of another organisation: nobody learns that it exists."""

    code: ClassVar[str] = "requests.unknown"
    says: ClassVar[str] = "There is no such request."


class OrganisationGone(RequestRefusal):
    code: ClassVar[str] = "requests.organisation_gone"
    says: ClassVar[str] = "This organisation was deleted."


class VersionOutdated(RequestRefusal):
    code: ClassVar[str] = "requests.version_outdated"
    says: ClassVar[str] = "The request was changed meanwhile; look at it and change it again."


class RequestClosed(RequestRefusal):
    code: ClassVar[str] = "requests.closed"
    says: ClassVar[str] = "The request is cancelled, expired or done."


class RequestInReview(RequestRefusal):
    code: ClassVar[str] = "requests.in_review"
    says: ClassVar[str] = "The request still waits in review; nobody was asked."


class RequestHasStarted(RequestRefusal):
    code: ClassVar[str] = "requests.started"
    says: ClassVar[str] = "The request has started; ring the coordinator."


class RequestNotStarted(RequestRefusal):
    code: ClassVar[str] = "requests.not_started"
    says: ClassVar[str] = "The request has not started yet."


class RequestIsOver(RequestRefusal):
    code: ClassVar[str] = "requests.over"
    says: ClassVar[str] = "Its last date is over; post a new request."


class ReleaseFirst(RequestRefusal):
    code: ClassVar[str] = "requests.release_first"
    says: ClassVar[str] = "More people have a place than that; release somebody first."
