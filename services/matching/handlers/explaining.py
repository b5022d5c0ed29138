"""Why somebody was asked, is a candidate, or is left out: codes and numbers for pages and mails."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any

from services.matching.domain.candidates import Candidate
from services.matching.domain.exclusions import Exclusion
from services.matching.domain.need import Need
from services.matching.domain.pricing import Weighed
from services.matching.domain.roster import Person
from services.matching.domain.score import CONTINUITY, FIT, NEARNESS, REST, SLACK, Score
from shared.contracts.matching import Reason, Record, ScorePart
from shared.contracts.matching import Weighed as WeighedShown
from shared.contracts.values import Dated
from shared.kernel.languages import understands
from shared.kernel.slots import Slot

_AT_MOST = {
    "fit": FIT,
    "nearness": NEARNESS,
    "slack": SLACK,
    "continuity": CONTINUITY,
    "rest": REST,
}
_FOR_THE_OFFICE = frozenset({"languages_unstated", "skills_unstated"})
"""Reasons that nobody is told of themselves: they speak against asking them first."""
_DIGITS = 4
"""To so many digits figures are kept: more than anybody reads."""


def reasons_of(need: Need, candidate: Candidate, person: Person) -> tuple[Reason, ...]:
    """What speaks for somebody, in the order in which a mail says it; last what puts them last."""
    reasons: list[Reason] = []
    spoken = [
        wanted.tag
        for wanted in need.languages
        if any(understands(skill, wanted) for skill in person.languages)
    ]
    if spoken:
        reasons.append(Reason(code="speaks", details={"tags": " ".join(spoken)}))
    if candidate.way_km is not None:
        near: dict[str, str | int | float | bool | None] = {
            "km": max(1, round(candidate.way_km))
        }
        if person.radius_km is not None:  # nearness counts as a share of it
            near["radius_km"] = person.radius_km
        reasons.append(Reason(code="near", details=near))
    if person.availability is not None and not candidate.clashes:
        reasons.append(Reason(code="free_then"))
    if need.field in person.fields:
        reasons.append(Reason(code="chosen_field"))
    if candidate.score.continuity:
        reasons.append(Reason(code="helped_before"))
    return (*reasons, *_unstated(need, candidate))


def _unstated(need: Need, candidate: Candidate) -> Iterator[Reason]:
    """What is needed and was not said: such people come after all others, whatever their score."""
    tags = [wanted.tag for wanted in need.languages if wanted.tag in candidate.unstated]
    if tags:
        yield Reason(code="languages_unstated", details={"tags": " ".join(tags)})
    skills = need.skills.intersection(candidate.unstated)
    if skills:
        yield Reason(code="skills_unstated", details={"skills": " ".join(sorted(skills))})


def why(
    need: Need, candidate: Candidate, person: Person, weighed: Weighed | None = None
) -> dict[str, Any]:
    """All of it as it is kept with the invitation: what was used, whatever changes later.

    `weighed` is what a wave weighed; whom a coordinator asks, nothing was weighed of.
    """
    kept = {} if weighed is None else {"weighed": weighed_of(weighed).model_dump(mode="json")}
    return kept | {
        "parts": {name: getattr(candidate.score, name) for name in _AT_MOST},
        "chance": round(candidate.chance, _DIGITS),
        "record": record_of(candidate).model_dump(mode="json"),
        "reasons": [
            reason.model_dump(mode="json") for reason in reasons_of(need, candidate, person)
        ],
        "clashes": [dated.model_dump(mode="json") for dated in dated_of(candidate.clashes)],
    }


def against(rules: Iterable[Exclusion]) -> dict[str, Any]:
    """The rules that a coordinator went against, as they are kept beside the `why`."""
    return {"against": [told(rule).model_dump(mode="json") for rule in rules]}


def record_of(candidate: Candidate) -> Record:
    """From what the chance of a yes of somebody comes."""
    return Record(
        asked=round(candidate.asked, _DIGITS),
        yes=round(candidate.yes, _DIGITS),
        chance=round(candidate.by_record, _DIGITS),
        fatigue=round(candidate.fatigue, _DIGITS),
    )


def weighed_of(weighed: Weighed) -> WeighedShown:
    """What a wave weighed, figure by figure: worked out there, and nowhere else again."""
    names = WeighedShown.model_fields
    return WeighedShown(**{name: round(getattr(weighed, name), _DIGITS) for name in names})


def parts_of(score: Score) -> tuple[ScorePart, ...]:
    return parts_in({name: getattr(score, name) for name in _AT_MOST})


def parts_in(kept: Mapping[str, int]) -> tuple[ScorePart, ...]:
    """The named parts of a score, with the most that each can give."""
    return tuple(
        ScorePart(name=name, points=points, at_most=_AT_MOST[name])
        for name, points in kept.items()
    )


def reasons_in(kept: Mapping[str, Any], which: str = "reasons") -> tuple[Reason, ...]:
    """The reasons of a `why` that was kept: those for asking, or `against` it."""
    return tuple(Reason.model_validate(reason) for reason in kept.get(which, ()))


def reasons_told(kept: Mapping[str, Any]) -> tuple[Reason, ...]:
    """Why somebody was asked, as they read it themselves: what speaks for them."""
    return tuple(one for one in reasons_in(kept) if one.code not in _FOR_THE_OFFICE)


def dated_of(slots: Iterable[Slot]) -> tuple[Dated, ...]:
    return tuple(Dated(starts_at=slot.starts_at, ends_at=slot.ends_at) for slot in slots)


def told(exclusion: Exclusion) -> Reason:
    """An exclusion with its facts; dates and moments as text."""
    details = {
        name: value.isoformat() if isinstance(value, (date, datetime)) else value
        for name, value in exclusion.details.items()
    }
    if exclusion.until is not None:
        details["until"] = exclusion.until.isoformat()
    return Reason(code=exclusion.reason.value, details=details)
