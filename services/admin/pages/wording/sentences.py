"""Puts sentences together: a code, the facts beside it, and names where they are known."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from babel.dates import get_day_names
from babel.lists import format_list

from services.admin.pages.wording import helping, labels, matching, timeline
from services.admin.store.tables import DeedRow
from shared.contracts.matching import CandidateShown, InvitationShown, Reason, Relief
from shared.contracts.reporting import TimelineEntry
from shared.district import District, in_locale
from shared.kernel.fields import Field
from shared.kernel.languages import language_name
from shared.web.templating import Words

LOCALE = "de"

Fact = str | int | float | bool | None
Facts = Mapping[str, Fact]
Naming = Callable[[UUID | None], str]

_DATES = {"until", "valid_until", "needed_on", "on", "starts_at", "from_on", "to_on"}
_HOURS = {"minutes": "hours", "wanted_minutes": "wanted_hours"}
_GROUP_OF = {
    "channel": "channel",
    "answer": "answer",
    "via": "via",
    "template": "template",
    "check": "check",
    "wished": "gender",
    "side": "side",
    "what": "tandem_question",
    "said": "tandem_answer",
}


@dataclass(frozen=True, slots=True)
class Sentences:
    """Words for codes, in the language of `words`, with the district's names."""

    words: Words
    district: District

    def label(self, group: str, code: str | None) -> str:
        """The name of a state or choice; a code without a name stands for itself."""
        if not code:
            return "–"
        return self._text(labels.GROUPS[group].get(code, code))

    def choices(self, group: str, codes: Iterable[str]) -> list[tuple[str, str]]:
        """What a form offers: codes with their names."""
        return [(str(code), self.label(group, code)) for code in codes]

    def weekdays(self) -> list[tuple[str, str]]:
        """The days of the week, Monday first."""
        names = get_day_names("wide", locale=self.words.locale.babel)
        return [(str(day), names[day]) for day in range(7)]

    @staticmethod
    def badge(code: str) -> str:
        """How a state looks: info, success, warning or danger."""
        return labels.BADGES.get(code, "info")

    def field(self, code: str) -> str:
        """A field of action, as the district calls it."""
        try:
            return in_locale(self.district.fields[Field(code)], LOCALE)
        except ValueError:
            return code

    def skill(self, code: str) -> str:
        """A skill, as the district calls it."""
        names = self.district.skills.get(code)
        return in_locale(names, LOCALE) if names else code

    def skills(self, codes: Iterable[str]) -> str:
        """Several skills in one line."""
        return ", ".join(self.skill(code) for code in codes)

    def language(self, tag: str) -> str:
        """A language's name."""
        return language_name(tag, LOCALE)

    def level(self, level: str) -> str:
        """A level in short: `B1`, or the word for one's first language."""
        return self.label("level", level) if level == "native" else level

    def exclusion_label(self, code: str) -> str:
        """A reason not to ask, as the heading of a group."""
        known = matching.EXCLUSIONS.get(code)
        return self._text(known.label) if known else code

    def exclusion(self, reason: Reason) -> str:
        """A reason not to ask, with the facts."""
        known = matching.EXCLUSIONS.get(reason.code)
        if known is None:
            return reason.code
        sentence = known.sentence
        if reason.code == "paused" and not reason.details.get("until"):
            sentence = matching.PAUSED_FOR_GOOD
        if reason.code == "wished_gender" and not reason.details.get("stated"):
            sentence = matching.GENDER_UNKNOWN
        return self._filled(sentence, known.label, self.facts(reason.details))

    def exclusions(self, reasons: Iterable[Reason]) -> str:
        """Several reasons not to ask, one sentence after the other."""
        return " ".join(map(self.exclusion, reasons))

    def waits_for(self, reason: Reason | None) -> str:
        """What a request waits for."""
        if reason is None:
            return ""
        told = self._text(matching.WAITS_FOR.get(reason.code, reason.code))
        due = reason.details.get("decide_by")
        if not isinstance(due, str):
            return told
        moment = self.words.formats.moment(datetime.fromisoformat(due))
        return f"{told} {self.words.gettext(matching.DECIDE_BY, decide_by=moment)}"

    def awaited(self, reason: Reason | None) -> str:
        """What is to be expected of those who were asked; nothing where nobody is awaited."""
        if reason is None or not reason.details.get("awaited"):
            return ""
        percent = round(float(reason.details.get("chance") or 0) * 100)
        facts = self.facts(reason.details) | {"percent": str(percent)}
        return self._filled(matching.AWAITED, "", facts)

    def relief(self, relief: Relief) -> str:
        """One thing done differently, and all that must be besides."""
        changes = [Reason(code=relief.code, details=relief.details), *relief.also]
        told = [
            self._filled(
                helping.RELIEFS.get(one.code, one.code), one.code, self.facts(one.details)
            )
            for one in changes
        ]
        return format_list(told, locale=self.words.locale.babel)

    def lack(self, lack: Reason) -> str:
        """What the district is without, and what can be done about it."""
        sentence = helping.LACKS.get(lack.code, lack.code)
        return self._filled(sentence, lack.code, self.facts(lack.details))

    def reasons_for(self, one: CandidateShown | InvitationShown) -> str:
        """Why somebody is proposed or was asked, in one line."""
        return ", ".join(self._reason_for(reason) for reason in one.reasons)

    def score_part(self, name: str) -> str:
        """One part of the score."""
        return self._text(matching.SCORE_PARTS.get(name, name))

    def reason(self, code: str | None) -> str:
        """Why somebody decided so, or why something came about."""
        if not code:
            return "–"
        known = matching.REASONS | matching.CAUSES  # type: ignore[operator]
        end = self.district.tandem_ends.get(code)
        if end is not None and code not in known:
            return in_locale(end.name, LOCALE)
        return self._text(known.get(code, code))

    def reason_label(self, deed: str) -> str:
        """What the choice of a deed's reason is called."""
        return self._text(matching.REASON_LABELS[deed])

    def reasons_of(self, deed: str) -> list[tuple[str, str]]:
        """The reasons that one may choose for a deed, with their codes."""
        return [(code, self.reason(code)) for code in matching.REASONS_OF_DEED[deed]]

    def event(self, entry: TimelineEntry, naming: Naming) -> str:
        """What happened to a request."""
        sentence = timeline.EVENTS.get(entry.what, entry.what)
        if entry.what == "volunteer_assigned" and entry.details.get("moved_up"):
            sentence = timeline.MOVED_UP
        if entry.what == "invitation_issued" and entry.details.get("by_hand"):
            sentence = timeline.ASKED_BY_HAND
        if entry.details.get("reason") == "rule_came_up":
            by_rule = entry.details.get("rule")
            sentence = timeline.NOT_ASKED_BY_RULE if by_rule else timeline.NOT_ASKED
        if entry.what == "tandem_asked" and entry.details.get("again"):
            sentence = timeline.TANDEM_REMINDED
        facts = self.facts(entry.details) | {"who": naming(entry.volunteer_id)}
        otherwise = timeline.COUNTED if entry.what == "request_reopened" else entry.what
        return self._filled(sentence, otherwise, facts)

    def deed(self, row: DeedRow, naming: Naming, staff: Mapping[UUID, str]) -> str:
        """What somebody of the office did, and whether it came about."""
        facts = {
            "staff": staff.get(row.staff_id, self._text(labels.ROLES["coordinator"])),
            "who": naming(row.volunteer_id),
            "detail": self._detail(row.deed, row.detail),
        }
        said = self._filled(timeline.DEEDS.get(row.deed, row.deed), row.deed, facts)
        unfinished = timeline.UNFINISHED.get(row.outcome)
        return f"{said} {self._text(unfinished)}" if unfinished else said

    def facts(self, details: Facts) -> dict[str, str]:
        """Details as people read them: dates, hours, names of languages and choices."""
        told: dict[str, str] = {}
        for key, value in details.items():
            told[_HOURS.get(key, key)] = self._fact(key, value)
        return told

    def _fact(self, key: str, value: Fact) -> str:
        if value is None or isinstance(value, bool):
            return "–"  # no sentence tells a bare yes or no
        if key in _DATES and isinstance(value, str):
            return self.words.formats.short_day(_day(value))
        if key in _HOURS and isinstance(value, int | float):
            return self.words.formats.number(round(value / 60, 1))
        if key == "weekday" and isinstance(value, int):
            return dict(self.weekdays())[str(value)]
        if isinstance(value, int | float):
            return self.words.formats.number(value)
        return self._name_of(key, value)

    def _name_of(self, key: str, value: str) -> str:
        group = _GROUP_OF.get(key)
        if group:
            return self.label(group, value)
        named: dict[str, Callable[[str], str]] = {
            "tag": self.language,
            "tags": self._several_languages,
            "field": self.field,
            "skill": self.skill,
            "skills": self._several_skills,
            "stated": self.level,
            "needed": self.level,
            "asked": self.level,
            "instead": self.level,
            "reason": self.reason,
            "rule": self.exclusion_label,
        }
        return named[key](value) if key in named else value

    def _several_languages(self, tags: str) -> str:
        return ", ".join(self.language(tag) for tag in tags.replace(",", " ").split())

    def _several_skills(self, codes: str) -> str:
        return self.skills(codes.split())

    def _reason_for(self, reason: Reason) -> str:
        sentence = matching.CANDIDATE_REASONS.get(reason.code, reason.code)
        if reason.code == "near" and reason.details.get("radius_km"):
            sentence = matching.NEAR_WITHIN
        return self._filled(sentence, reason.code, self.facts(reason.details))

    def _detail(self, deed: str, detail: str | None) -> str:
        match deed:
            case "answer_invitation":
                return self.label("answer", detail)
            case "record_check":
                return self.label("check", detail)
            case "answer_tandem":
                return self.label("tandem_answer", detail)
            case "decide_reservation":
                confirmed = detail == "confirmed"
                return self._text(timeline.CONFIRMED if confirmed else timeline.DECLINED)
        return self.reason(detail)

    def _filled(self, sentence: str, otherwise: str, facts: Mapping[str, str]) -> str:
        """The sentence with its facts; where one is missing, what can be said without."""
        text = self._text(sentence)
        try:
            return text % facts
        except KeyError:
            return self._text(otherwise)

    def _text(self, text: str) -> str:
        return self.words.gettext(text)


def _day(value: str) -> date | datetime:
    return datetime.fromisoformat(value) if "T" in value else date.fromisoformat(value)
