"""What matching does not do, each with its code; the page or the script says it in words."""

from typing import ClassVar

from services.matching.domain.exclusions import Reason
from shared.kernel.errors import Refusal


class MatchingRefusal(Refusal):
    """The kinds below say what is refused; `says` is what can be done instead."""

    code: ClassVar[str] = "matching.refused"
    says: ClassVar[str] = "This is not possible."

    def __init__(self) -> None:
        super().__init__(self.says)


class InvitationUnknown(MatchingRefusal):
    code: ClassVar[str] = "matching.invitation_unknown"
    says: ClassVar[str] = "There is no such invitation."


class InvitationIsWithdrawn(MatchingRefusal):
    code: ClassVar[str] = "matching.invitation_withdrawn"
    says: ClassVar[str] = "This invitation was withdrawn."


class InvitationIsStopped(MatchingRefusal):
    """Withdrawn by a stop of the inviting, and they may be asked anew; or are about to be."""

    code: ClassVar[str] = "matching.invitation_stopped"
    says: ClassVar[str] = "Inviting was stopped before this answer came; ask anew."


class RequestIsCancelled(MatchingRefusal):
    code: ClassVar[str] = "matching.request_cancelled"
    says: ClassVar[str] = "The request was cancelled."


class RequestIsExpired(MatchingRefusal):
    code: ClassVar[str] = "matching.request_expired"
    says: ClassVar[str] = "The request has expired."


class RequestIsStopped(MatchingRefusal):
    code: ClassVar[str] = "matching.request_stopped"
    says: ClassVar[str] = "Inviting for this request was stopped; resume it first."


class RequestHasStarted(MatchingRefusal):
    code: ClassVar[str] = "matching.request_started"
    says: ClassVar[str] = "The task has started; ring the coordinator."


class TaskIsOver(MatchingRefusal):
    code: ClassVar[str] = "matching.task_over"
    says: ClassVar[str] = "The task is over."


class RequestWasChanged(MatchingRefusal):
    """The answer was given to facts that no longer hold: show the new ones and ask again."""

    code: ClassVar[str] = "matching.request_changed"
    says: ClassVar[str] = "The request has changed since; look at it and answer again."


class PlaceOverlaps(MatchingRefusal):
    code: ClassVar[str] = "matching.overlapping_place"
    says: ClassVar[str] = "The volunteer holds another place at that time; cancel that first."


class DeadlinePassed(MatchingRefusal):
    code: ClassVar[str] = "matching.deadline_passed"
    says: ClassVar[str] = "The deadline has passed; answer yes or no."


class AnswerStands(MatchingRefusal):
    code: ClassVar[str] = "matching.answer_stands"
    says: ClassVar[str] = "The answer given before stands; change it with a yes or a no."


class ReleaseFirst(MatchingRefusal):
    code: ClassVar[str] = "matching.release_first"
    says: ClassVar[str] = "More people hold a place than that; release somebody first."

    def __init__(self) -> None:
        super().__init__()
        self.field = "places"


class NoFreePlace(MatchingRefusal):
    code: ClassVar[str] = "matching.no_free_place"
    says: ClassVar[str] = "Every place is taken; release somebody or add a place."


class NoTimeLeft(MatchingRefusal):
    code: ClassVar[str] = "matching.no_time_left"
    says: ClassVar[str] = "The quiet hours last until the start; only the telephone is left."


class WaveHasChanged(MatchingRefusal):
    code: ClassVar[str] = "matching.wave_has_changed"
    says: ClassVar[str] = "Other people are proposed by now; look at them again."


class FirstTalkMissing(MatchingRefusal):
    code: ClassVar[str] = "matching.first_talk_missing"
    says: ClassVar[str] = "Nobody has talked with this volunteer yet; tick the first talk."


class OverrideNeeded(MatchingRefusal):
    """Rules speak against it; a coordinator may override them with a reason."""

    code: ClassVar[str] = "matching.override_needed"
    says: ClassVar[str] = "Rules speak against this; give a reason to override them."

    def __init__(self, reasons: tuple[Reason, ...]) -> None:
        super().__init__()
        self.reasons = reasons


class NothingReserved(MatchingRefusal):
    code: ClassVar[str] = "matching.nothing_reserved"
    says: ClassVar[str] = "No place is reserved for this volunteer."


class NoPlaceHeld(MatchingRefusal):
    code: ClassVar[str] = "matching.no_place_held"
    says: ClassVar[str] = "This volunteer holds no place."


class PlaceIsHeld(MatchingRefusal):
    code: ClassVar[str] = "matching.place_held"
    says: ClassVar[str] = "This volunteer holds a place; release it first."


class NotASeries(MatchingRefusal):
    code: ClassVar[str] = "matching.not_a_series"
    says: ClassVar[str] = "Only of a series can a single date be skipped; give the place back."


class DateUnknown(MatchingRefusal):
    code: ClassVar[str] = "matching.date_unknown"
    says: ClassVar[str] = "The series has no date at that time (any more)."


class DateHasBegun(MatchingRefusal):
    code: ClassVar[str] = "matching.date_begun"
    says: ClassVar[str] = "This date has begun; ring the coordinator."


class NoDateLeft(MatchingRefusal):
    code: ClassVar[str] = "matching.no_date_left"
    says: ClassVar[str] = "No date would be left; give the whole place back."


class DateIsTaken(MatchingRefusal):
    code: ClassVar[str] = "matching.date_taken"
    says: ClassVar[str] = "Somebody else comes for that date."


class AlreadyInvited(MatchingRefusal):
    code: ClassVar[str] = "matching.already_invited"
    says: ClassVar[str] = "This volunteer was already asked for this request."


class TandemUnknown(MatchingRefusal):
    code: ClassVar[str] = "matching.tandem_unknown"
    says: ClassVar[str] = "There is no such tandem."


class TandemIsOver(MatchingRefusal):
    code: ClassVar[str] = "matching.tandem_over"
    says: ClassVar[str] = "The tandem has ended; nothing is asked any more."


class QuestionUnknown(MatchingRefusal):
    code: ClassVar[str] = "matching.question_unknown"
    says: ClassVar[str] = "This tandem was never asked that."


class QuestionIsOver(MatchingRefusal):
    code: ClassVar[str] = "matching.question_over"
    says: ClassVar[str] = "The next question has been asked since; answer that one."


class AnswerUnfitting(MatchingRefusal):
    code: ClassVar[str] = "matching.answer_unfitting"
    says: ClassVar[str] = "That is no answer to this question."

    def __init__(self) -> None:
        super().__init__()
        self.field = "answer"


class EndReasonUnknown(MatchingRefusal):
    code: ClassVar[str] = "matching.end_reason_unknown"
    says: ClassVar[str] = "Pick one of the district's reasons."

    def __init__(self) -> None:
        super().__init__()
        self.field = "reason"
