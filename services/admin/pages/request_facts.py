"""A request's content in words, to compare what is stored with what somebody has typed."""

from collections.abc import Iterator
from typing import NamedTuple

from services.admin.pages.wording import Sentences
from shared.contracts.requests import RequestContent
from shared.web.translations import msg

YES, NO = msg("ja"), msg("nein")
ANYWHERE = msg("von überall, am Telefon oder per Video")

_FLAGS = {
    "urgent": msg("Es eilt"),
    "minors_present": msg("Kinder oder Jugendliche dabei"),
    "reimbursement": msg("Fahrtkosten werden erstattet"),
    "lift_offered": msg("Mitfahrt wird angeboten"),
}


class Difference(NamedTuple):
    """One thing that is stored otherwise than it stands in the form; each in lines."""

    label: str
    stored: tuple[str, ...]
    typed: tuple[str, ...]


class Told(NamedTuple):
    """A request's content, and who is rung there."""

    content: RequestContent
    contact_name: str = ""
    contact_phone: str = ""


def differences(stored: Told, typed: Told, say: Sentences) -> list[Difference]:
    """What differs, in the order of the form."""
    pairs = zip(_facts(stored, say), _facts(typed, say), strict=True)
    return [
        Difference(say.words.gettext(label), now, then)
        for (label, now), (_, then) in pairs
        if now != then
    ]


def _facts(told: Told, say: Sentences) -> Iterator[tuple[str, tuple[str, ...]]]:
    content = told.content
    day = say.words.formats.short_day
    yield msg("Art"), _line(content.kind and say.label("kind", content.kind))
    yield msg("Bereich"), _line(content.field and say.field(content.field))
    yield msg("Titel"), _line(content.title)
    yield msg("Worum geht es?"), _line(content.description)
    yield msg("Plätze"), _line(str(content.places or ""))
    yield msg("Wann"), tuple(_times(content, say))
    yield (
        msg("Erster Tag"),
        _line(content.weekly and content.starts_on and day(content.starts_on)),
    )
    yield msg("Letzter Tag"), _line(content.ends_on and day(content.ends_on))
    yield (
        msg("Antworten bis"),
        _line(content.answer_by and say.words.formats.moment(content.answer_by)),
    )
    place = " ".join(filter(None, (content.postcode, content.municipality)))
    yield msg("Wo"), _line(say.words.gettext(ANYWHERE) if content.remote else place)
    yield msg("Treffpunkt"), _line(content.meeting_point)
    yield msg("Ansprechperson"), _line(told.contact_name) + _line(told.contact_phone)
    yield (
        msg("Sprachen"),
        tuple(
            sorted(
                f"{say.language(one.tag)} ({say.level(one.level)})" for one in content.languages
            )
        ),
    )
    yield msg("Nachweise"), tuple(sorted(say.label("check", one) for one in content.checks))
    yield msg("Fähigkeiten"), tuple(sorted(say.skill(one) for one in content.skills))
    wished = content.wished_gender
    yield msg("Gewünscht"), _line(wished and say.label("gender", wished))
    for name, label in _FLAGS.items():
        yield label, (say.words.gettext(YES if getattr(content, name) else NO),)


def _times(content: RequestContent, say: Sentences) -> Iterator[str]:
    formats = say.words.formats
    for slot in sorted(content.slots, key=lambda one: one.starts_at):
        yield formats.span(slot.starts_at, slot.ends_at)
    days = dict(say.weekdays())
    for times in content.weekly:
        yield f"{days[str(times.weekday)]} {times.from_}–{times.to}"


def _line(text: object) -> tuple[str, ...]:
    return (str(text),) if text else ()
