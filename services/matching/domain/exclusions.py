"""Why somebody is not asked: a named reason and the facts for a sentence about it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

Detail = str | int | date | datetime
"""A code, a number or a date: never text, never anything that identifies a person."""


class Reason(StrEnum):
    """Each hard rule's name. What is unknown excludes only for checks and a wished gender."""

    NOT_ACTIVE = "not_active"
    PAUSED = "paused"
    NOT_KNOWN = "not_known"
    FIELD_DECLINED = "field_declined"
    LANGUAGE_MISSING = "language_missing"
    LANGUAGE_TOO_LOW = "language_too_low"
    SKILL_MISSING = "skill_missing"
    WISHED_GENDER = "wished_gender"
    CHECK_MISSING = "check_missing"
    CHECK_EXPIRED = "check_expired"
    TOO_FAR = "too_far"
    ABSENT = "absent"
    NOT_FREE = "not_free"
    OVERLAPPING_PLACE = "overlapping_place"
    DATE_SKIPPED = "date_skipped"
    HOURS_USED_UP = "hours_used_up"
    HAS_PLACE = "has_place"
    ON_WAITING_LIST = "on_waiting_list"
    ALREADY_ANSWERED_NO = "already_answered_no"
    ALREADY_ASKED = "already_asked"
    INVITATION_WITHDRAWN = "invitation_withdrawn"
    EXCLUDED_BY_COORDINATOR = "excluded_by_coordinator"
    HELD_BACK = "held_back"
    ASK_BUDGET_USED_UP = "ask_budget_used_up"


TEMPORARY = frozenset({Reason.PAUSED, Reason.HELD_BACK, Reason.ASK_BUDGET_USED_UP})
"""Reasons that mean "not now" rather than "not for this request"."""

ONLY_AGAINST_ASKING = frozenset({Reason.ASK_BUDGET_USED_UP, Reason.DATE_SKIPPED})
"""Who agreed need not be asked: however often they were asked, and whatever they skip for it."""

CALENDAR = frozenset(
    {
        Reason.ABSENT,
        Reason.NOT_FREE,
        Reason.OVERLAPPING_PLACE,
        Reason.DATE_SKIPPED,
        Reason.HOURS_USED_UP,
    }
)
"""Reasons that another date would take away."""


@dataclass(frozen=True, slots=True)
class Exclusion:
    """One reason why one volunteer is not asked for one request."""

    reason: Reason
    details: Mapping[str, Detail]
    until: datetime | None = None
    """When a temporary reason ends, if that is known."""

    @property
    def temporary(self) -> bool:
        return self.reason in TEMPORARY


def came_up_since(
    rules: Iterable[Exclusion], overridden: Mapping[Reason, datetime | None]
) -> tuple[Exclusion, ...]:
    """Those that a coordinator's reason did not go against, because they came up after it.

    `overridden` are the rules of then, with the ends of the temporary ones: another pause than the
    one of then was stated since. A reason says nothing about what nobody knew when it was given.
    """
    return tuple(
        rule
        for rule in rules
        if rule.reason not in overridden
        or (rule.reason is Reason.PAUSED and rule.until != overridden[rule.reason])
    )
