"""Codes that several services share: the words of requests, volunteers and answers.

The fields' names in the nine languages are data of the district (`infra/district/fields.toml`):
its concept is versioned and may rename them; the codes stay, because contracts use them.
"""

from enum import StrEnum


class Field(StrEnum):
    """The eight fields of action of the district's integration concept."""

    INTERCULTURAL_OPENING = "intercultural_opening"
    LANGUAGE = "language"
    EDUCATION = "education"
    WORK = "work"
    HOUSING = "housing"
    SPORT_CULTURE = "sport_culture"
    SOCIAL_INTEGRATION = "social_integration"
    HEALTH = "health"


class Kind(StrEnum):
    """How a request runs."""

    SINGLE = "single"
    """One date."""
    SERIES = "series"
    """Repeating dates; a place covers all of them."""
    TANDEM = "tandem"
    """A long-term pair."""
    INTERPRETING = "interpreting"
    EVENT_HELP = "event_help"
    """The only kind to which people are invited whom no coordinator knows yet."""


class Check(StrEnum):
    """What a coordinator must have seen or done; kept as a fact with its last valid day."""

    CONDUCT_CERTIFICATE = "conduct_certificate"
    CONFIDENTIALITY = "confidentiality"
    FIRST_TALK = "first_talk"
    TRAINING = "training"


class Answer(StrEnum):
    """What a volunteer says to an invitation."""

    YES = "yes"
    NO = "no"
    LATER = "later"
    """"I decide by the deadline": one reminder, no place held."""


class Side(StrEnum):
    """Who of a tandem is asked, or speaks; what one side says is never shown to the other."""

    VOLUNTEER = "volunteer"
    ORGANISATION = "organisation"


class TandemQuestion(StrEnum):
    """What a tandem is asked in its time."""

    TRIAL = "trial"
    """At the end of the trial: does it fit?"""
    CHECK_IN = "check_in"
    """How is it going, and about how many hours were given since the last time?"""
    END = "end"
    """Never asked: the hours since the last check-in, as told when the tandem ended."""


class TandemAnswer(StrEnum):
    """What a side says: the first two to the trial's question, the others to a check-in."""

    FITS = "fits"
    DOES_NOT_FIT = "does_not_fit"
    GOES_WELL = "goes_well"
    NEEDS_HELP = "needs_help"


class TandemState(StrEnum):
    """How far a tandem has come."""

    TRIAL = "trial"
    RUNNING = "running"
    ENDED = "ended"


class Channel(StrEnum):
    """By which way a volunteer is asked."""

    EMAIL = "email"
    PHONE = "phone"


class Via(StrEnum):
    """By which way a wish reached us."""

    WEB = "web"
    API = "api"
    EMAIL = "email"
    PHONE = "phone"
    OFFICE = "office"
    """A coordinator entered it, without a call: agreed in person, or decided at the desk."""
    IMPORT = "import"
    SYSTEM = "system"


class Share(StrEnum):
    """Which contact of an assigned volunteer the organisation gets."""

    PHONE = "phone"
    EMAIL = "email"
    COORDINATOR = "coordinator"
    """By way of the coordinator: the organisation gets neither."""


class Gender(StrEnum):
    FEMALE = "female"
    MALE = "male"
    DIVERSE = "diverse"


class Travel(StrEnum):
    """How a volunteer gets about."""

    FOOT = "foot"
    BICYCLE = "bicycle"
    CAR = "car"
    PUBLIC_TRANSPORT = "public_transport"


class OrganisationKind(StrEnum):
    """Who posts requests."""

    OFFICE = "office"
    ASSOCIATION = "association"
    SCHOOL = "school"
    EMPLOYER = "employer"
    PARISH = "parish"
    OTHER = "other"
