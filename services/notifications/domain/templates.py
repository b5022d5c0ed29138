"""What a kind of mail means for its delivery and for what it carries."""

ASKING = frozenset({"offer", "reminder"})

BEFORE_CONFIRMATION = frozenset({"confirm_address", "already_registered"})
"""Anybody may have typed the address, and the name beside it."""

SHOWS_CONTACT = frozenset({"receipt", "moved_up", "changed", "day_before", "date_unskipped"})
"""Where to go and whom to ring, for those who may know it."""

WHO_COMES = frozenset(
    {"organisation_who_comes", "organisation_changed", "organisation_day_before"}
)
"""The organisation's lists: of two that wait, the newer says all."""

NAMES_WHO_COMES = WHO_COMES | {"organisation_nobody_yet"}
NEEDS_SOMEBODY = frozenset({"organisation_who_comes", "organisation_day_before"})
"""Nothing to say, if nobody comes."""

OF_ONE_DATE = frozenset({"date_skipped", "date_unskipped"})
"""Of a series: `date_at` in the details says which date."""

TANDEM_QUESTIONS = frozenset(
    {
        "tandem_trial",
        "tandem_check_in",
        "organisation_tandem_trial",
        "organisation_tandem_check_in",
    }
)
"""What both sides of a tandem are asked; `assignment_id` in the details says of which one."""
TANDEM_ENDS = frozenset({"tandem_ended", "organisation_tandem_ended"})
OF_TANDEM = TANDEM_QUESTIONS | TANDEM_ENDS

_ENDS_A_PLACE = frozenset({"assignment_cancelled", "request_cancelled"})
WITH_CALENDAR = frozenset({"receipt", "moved_up", "changed", "date_unskipped"})
CANCELS_CALENDAR = _ENDS_A_PLACE | {"date_skipped", "tandem_ended"}

SAYS_IT_ENDED = _ENDS_A_PLACE | {"withdrawn"}
_REFUSED_AS_ENDED = frozenset(
    f"matching.{what}"
    for what in ("request_cancelled", "invitation_withdrawn", "invitation_stopped")
)

_OF_A_PLACE = frozenset({"receipt", "moved_up"}) | _ENDS_A_PLACE
_SUPERSEDING = {
    **dict.fromkeys(_OF_A_PLACE, _OF_A_PLACE),
    "changed": frozenset({"changed"}),
    **dict.fromkeys(OF_ONE_DATE, _ENDS_A_PLACE),
    **dict.fromkeys(WHO_COMES, WHO_COMES),
}


def goes_to_volunteers(template: str) -> bool:
    """Whether a volunteer can get it; an address to confirm is asked of organisations as well."""
    return template != "sign_in" and not template.startswith("organisation_")


def asks(template: str) -> bool:
    """Whether a mail asks for something nobody was promised: an offer or a reminder of one.

    Only such mails wait in quiet hours, can be unsubscribed, and are left to a human when nobody
    knows whether they arrived: asking twice annoys, while a receipt that came twice does not.
    """
    return template in ASKING


def waits_in_quiet_hours(template: str) -> bool:
    """Whether nobody is disturbed by it at night, or on a holiday."""
    return asks(template) or template in TANDEM_QUESTIONS


def said_by_its_end(template: str, code: object) -> bool:
    """Whether a mail only repeats what one that said "it ended" has said."""
    return template == "answer_too_late" and code in _REFUSED_AS_ENDED


def superseded_by(template: str) -> frozenset[str]:
    """Mails about the same thing that make this one needless, if they are newer."""
    return _SUPERSEDING.get(template, frozenset())
