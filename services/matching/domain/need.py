"""What a request asks for, in codes: all that matching knows of it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shared.kernel.fields import Check, Field, Gender, Kind
from shared.kernel.ids import OrganisationId, RequestId
from shared.kernel.languages import LanguageNeed
from shared.kernel.places import Point
from shared.kernel.slots import Slot


class Invite(StrEnum):
    """Who sends a wave on its way."""

    AUTO = "auto"
    REVIEW = "review"
    """A coordinator looks at each wave first."""


class Confirm(StrEnum):
    """Who turns a yes into an assignment."""

    AUTO = "auto"
    COORDINATOR = "coordinator"
    """A yes reserves a place until a coordinator confirms or declines it."""


@dataclass(frozen=True, slots=True)
class Automation:
    """Which steps a machine takes by itself."""

    invite: Invite = Invite.AUTO
    confirm: Confirm = Confirm.AUTO


def default_automation(kind: Kind, *, minors_present: bool) -> Automation:
    """The setting of a kind where a district has none of its own."""
    if kind is Kind.TANDEM or minors_present:
        return Automation(Invite.REVIEW, Confirm.COORDINATOR)
    if kind is Kind.INTERPRETING:
        return Automation(Invite.AUTO, Confirm.COORDINATOR)
    return Automation()


@dataclass(frozen=True, slots=True)
class Need:
    """One version of a request's need. Raises ValueError without a slot or a place."""

    request_id: RequestId
    organisation_id: OrganisationId
    version: int
    facts_version: int
    """The version at which time, place, language or check last changed: answers to an older one
    are asked again. A change of words alone leaves it."""
    kind: Kind
    field: Field
    places: int
    slots: tuple[Slot, ...]
    automation: Automation = Automation()
    point: Point | None = None
    """Where; None for a remote task."""
    languages: tuple[LanguageNeed, ...] = ()
    skills: frozenset[str] = frozenset()
    checks: frozenset[Check] = frozenset()
    minors_present: bool = False
    wished_gender: Gender | None = None
    urgent: bool = False
    answer_by: datetime | None = None
    lift_offered: bool = False
    open_ended: bool = False
    """A tandem that goes on after the dates that are laid out."""

    def __post_init__(self) -> None:
        if not self.slots or self.places < 1:
            raise ValueError("a need has at least one slot and one place")
        object.__setattr__(self, "slots", tuple(sorted(self.slots)))

    @property
    def starts_at(self) -> datetime:
        return self.slots[0].starts_at

    @property
    def ends_at(self) -> datetime:
        return max(slot.ends_at for slot in self.slots)

    @property
    def every_date(self) -> bool:
        """Whether a volunteer must be free at all dates, not only at most of them."""
        return self.kind not in {Kind.SERIES, Kind.TANDEM}

    @property
    def for_known_people_only(self) -> bool:
        """Whether nobody may hold a place before a coordinator's first talk with them."""
        return self.kind is not Kind.EVENT_HELP or self.minors_present

    def overlaps(self, held: Iterable[Slot], skipped: Collection[Slot] = ()) -> bool:
        """Say whether any date, but for the skipped ones, shares time with one of the slots."""
        near = [slot for slot in held if slot.ends_at > self.starts_at]
        dates = [slot for slot in self.slots if slot not in skipped]
        return any(slot.overlaps(other) for other in near for slot in dates)
