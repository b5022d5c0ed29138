"""What a district lacks for a request for which nobody is left: why no other way of asking helps."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum

import numpy as np

from services.matching.domain.agenda import lay_out
from services.matching.domain.columns.layout import Mask, Rows
from services.matching.domain.differently import Details
from services.matching.domain.exclusions import TEMPORARY, Reason
from services.matching.domain.question import Question, put
from services.matching.domain.ranking import Shortlist
from services.matching.domain.screening import (
    BIT,
    MET,
    Found,
    Reasons,
    checks,
    languages,
    skills,
)
from services.matching.domain.what_if import Relief


class Gap(StrEnum):
    """What nobody has whose address is confirmed, each taken for itself."""

    NOBODY = "nobody"
    NOBODY_CONFIRMED = "nobody_confirmed"
    FIRST_TALK = "first_talk"
    FIELD = "field"
    LANGUAGE = "language"
    LEVEL = "level"
    SKILL = "skill"
    GENDER = "gender"
    CHECK = "check"
    NEAR = "near"
    TIME = "time"
    ALL_ASKED = "all_asked"
    """Against the others something else speaks, and these were asked or have answered."""
    RESTING = "resting"
    """They who fit are not asked just now."""
    IN_ONE_PERSON = "in_one_person"
    """Somebody has each, and nobody has all."""


@dataclass(frozen=True, slots=True)
class Lack:
    """One gap, and its facts for a sentence."""

    gap: Gap
    details: Details = field(default_factory=dict)


def lacking(found: Shortlist, reliefs: Iterable[Relief] = ()) -> tuple[Lack, ...]:
    """What is wanting where nobody can be asked and no single change brings anybody.

    Nothing where somebody can be asked, or one change is enough; else at least one thing.
    """
    if found.fits or any(not relief.also for relief in reliefs):
        return ()
    everybody, against = found.screened
    confirmed = (against & BIT[Reason.NOT_ACTIVE]) == 0
    rows, reasons = everybody[confirmed], against[confirmed]
    if not len(everybody):
        return (Lack(Gap.NOBODY),)
    if not len(rows):
        return (Lack(Gap.NOBODY_CONFIRMED, {"people": len(everybody)}),)
    gaps = tuple(_gaps(found, rows, reasons))
    return gaps or (_of_those_left(reasons),)


def _gaps(found: Shortlist, rows: Rows, reasons: Reasons) -> Iterator[Lack]:
    """What each of these people is without."""
    need = found.question.need

    def all_lack(*some: Reason) -> bool:
        bits = np.bitwise_or.reduce([BIT[reason] for reason in some])
        return bool(((reasons & bits) != 0).all())

    if all_lack(Reason.NOT_KNOWN):
        yield Lack(Gap.FIRST_TALK)
    if all_lack(Reason.FIELD_DECLINED):
        yield Lack(Gap.FIELD, {"field": need.field.value})
    yield from _languages(found, rows)
    yield from _skills(found, rows)
    if need.wished_gender is not None and all_lack(Reason.WISHED_GENDER):
        yield Lack(Gap.GENDER, {"wished": need.wished_gender.value})
    for check in found.question.checks:
        only = replace(found.question, checks=(check,))
        if _everybody_is_out(checks(only, found.pool, rows)):
            yield Lack(Gap.CHECK, {"check": check.value})
    if all_lack(Reason.TOO_FAR):
        yield Lack(Gap.NEAR)
    if all_lack(Reason.ABSENT, Reason.NOT_FREE):
        yield Lack(Gap.TIME)


def _languages(found: Shortlist, rows: Rows) -> Iterator[Lack]:
    """Of each needed language by itself: another one that is wanting too hides none."""
    question = found.question
    for wanted, spoken in zip(question.need.languages, question.languages, strict=True):
        only = replace(question, languages=(spoken,))
        out = dict(languages(only, found.pool, rows))
        details = {"tag": wanted.tag, "needed": wanted.level.value}
        if out[Reason.LANGUAGE_MISSING].all():
            yield Lack(Gap.LANGUAGE, details)
        elif _everybody_is_out(out.items()):
            yield Lack(Gap.LEVEL, details)


def _skills(found: Shortlist, rows: Rows) -> Iterator[Lack]:
    agenda = found.question.agenda
    for skill in sorted(agenda.need.skills):
        need = replace(agenda.need, skills=frozenset({skill}))
        only: Question = put(lay_out(need, agenda.now, agenda.tuning), found.pool)
        if _everybody_is_out(skills(only, found.pool, rows)):
            yield Lack(Gap.SKILL, {"skill": skill})


def _everybody_is_out(found: Found) -> bool:
    masks: list[Mask] = [mask for _, mask in found]
    return bool(np.logical_or.reduce(masks).all())


def _of_those_left(reasons: Reasons) -> Lack:
    """Where nothing is wanting for itself: who would fit, but for what the request has met."""
    for gap, harmless in ((Gap.RESTING, TEMPORARY), (Gap.ALL_ASKED, TEMPORARY | set(MET))):
        others = ~np.bitwise_or.reduce([BIT[reason] for reason in harmless])
        if ((reasons & others) == 0).any():
            return Lack(gap)
    return Lack(Gap.IN_ONE_PERSON)
