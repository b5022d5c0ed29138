"""Languages: BCP 47 tags, CEFR levels, and who understands what is needed.

The one part of the kernel with libraries: `langcodes` knows the tags and how near two of them are
(CLDR's language matching), Babel their names.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import ClassVar, Self

import langcodes
from babel import Locale

from shared.kernel.errors import Refusal
from shared.kernel.findings import Findings

DEFAULT_LOCALE = "de"
LOCALES = ("de", "de-simple", "en", "uk", "ru", "ar", "fa", "pl", "ro")
"""What volunteers can choose, and what their pages and mails speak; `de-simple` is plain German."""

READ_AS = {"prs": "fa", "mo": "ro"}
"""Dari and Moldovan are close enough to be read as Persian and Romanian. Nothing else is swapped:
Russian in place of Ukrainian is a choice that only the reader may make."""

MAX_DISTANCE = 10
"""How far apart two tags of CLDR's language matching may be to stand for each other.

Measured: Dari and Persian 4, Syrian and Egyptian Arabic 4, Bosnian and Croatian 8; Ukrainian and
Russian 24, Kurmanji and Sorani 134.
"""

_NEVER_EACH_OTHER = frozenset({"uk", "ru"})
_NO_LANGUAGE = frozenset({"und", "mul", "mis", "zxx", "art"})
_MAX_TAG = 35


class LanguageUnknown(Refusal):
    """A text is no BCP 47 tag of a language that exists."""

    code: ClassVar[str] = "languages.unknown"


class LevelUnknown(Refusal):
    """A level is neither of CEFR's six nor `native`."""

    code: ClassVar[str] = "languages.level_unknown"


class Level(StrEnum):
    """How well somebody speaks: CEFR, or native. The codes sort as the levels do."""

    A1 = "A1"
    A2 = "A2"
    B1 = "B1"
    B2 = "B2"
    C1 = "C1"
    C2 = "C2"
    NATIVE = "native"

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        """Read levels in any case: people type `b2` and `Native`."""
        wanted = str(value).strip().lower()
        return next((level for level in cls if level.lower() == wanted), None)


class Mode(StrEnum):
    """What somebody does in a language; nothing stated is unknown, not no."""

    TALK = "talk"
    INTERPRET = "interpret"
    WRITE = "write"


@dataclass(frozen=True, slots=True)
class LanguageSkill:
    """A language that a volunteer speaks. `tag` is normalised."""

    tag: str
    level: Level
    modes: frozenset[Mode] = frozenset()


@dataclass(frozen=True, slots=True)
class LanguageNeed:
    """A language that a request asks for, at least at `level`. `tag` is normalised."""

    tag: str
    level: Level


def normalise_tag(text: str, *, field: str = "tag") -> str:
    """Return the tag in BCP 47's own spelling (`AR_sy` is `ar-SY`, `ger` is `de`).

    Dari stays `prs`, as its speakers write it; CLDR would say `fa-AF`, and `understands` knows
    that. Raises LanguageUnknown for what is no tag, or the tag of no known language.
    """
    tag = text.strip().replace("_", "-")
    try:
        standard = langcodes.standardize_tag(tag[: _MAX_TAG + 1])
        language = langcodes.get(standard)
    except ValueError:
        # Without its cause, here and below: that repeats what was typed, and causes are logged.
        raise LanguageUnknown("write a language tag like ar, prs or uk", field=field) from None
    known = language.is_valid() and not _is_private_use(_primary(standard))
    if (
        not known
        or _primary(standard) in _NO_LANGUAGE
        or language.private
        or language.extensions
    ):
        raise LanguageUnknown("no language has this tag", field=field)
    return "prs" if _primary(tag.lower()) == "prs" else standard


def parse_level(text: str, *, field: str = "level") -> Level:
    """Return the level, whatever the case of its letters. Raises LevelUnknown."""
    try:
        return Level(text)
    except ValueError:
        raise LevelUnknown("a level is A1, A2, B1, B2, C1, C2 or native", field=field) from None


def parse_skill(text: str, *, field: str) -> LanguageSkill:
    """Read the CSV form of one language, `ar:C2`; all that is wrong with it is told at once.

    Raises LanguageUnknown, LevelUnknown, or FieldsRefused with both.
    """
    typed_tag, _, typed_level = text.partition(":")
    found = Findings()
    tag = found.read(lambda: normalise_tag(typed_tag, field=f"{field}.tag"), "")
    level = found.read(lambda: parse_level(typed_level, field=f"{field}.level"), Level.A1)
    found.refuse()
    return LanguageSkill(tag, level)


def understands(skill: LanguageSkill, need: LanguageNeed) -> bool:
    """Say whether the skill is enough for the need, in language and in level."""
    return skill.level >= need.level and stands_for(need.tag, skill.tag)


@lru_cache(maxsize=4096)
def stands_for(desired: str, supported: str) -> bool:
    """Say whether who asks for `desired` is served with `supported` (normalised tags).

    Not symmetric: German serves who asks for Swiss German, not the other way round. Ukrainian
    and Russian never serve for each other, however near a table puts them: whether that is all
    right is for the person concerned to say.
    """
    if {_primary(desired), _primary(supported)} == _NEVER_EACH_OTHER:
        return False
    return langcodes.tag_distance(desired, supported) <= MAX_DISTANCE


@lru_cache(maxsize=4096)
def language_name(tag: str, locale: str) -> str:
    """Return the language's name in the locale's language, in English if it has none there.

    The first name that Babel lacks makes `langcodes` load its own, about 0.7 s.
    """
    spoken = Locale.parse(_primary(locale))
    name = _known_name(tag, spoken)
    if name:
        return name
    primary, *details = tag.split("-")
    name = _known_name(primary, spoken) or langcodes.Language.get(primary).display_name()
    named = (spoken.scripts.get(part) or spoken.territories.get(part) for part in details)
    shown = ", ".join(filter(None, named))
    return f"{name} ({shown})" if shown else name


def _known_name(tag: str, spoken: Locale) -> str | None:
    own = _NAMES.get(tag, {}).get(spoken.language)
    return own or spoken.languages.get(_BABEL_KEYS.get(tag, tag.replace("-", "_")))


def _primary(tag: str) -> str:
    return tag.partition("-")[0]


def _is_private_use(primary: str) -> bool:
    """`x-…`, and the codes that ISO 639 leaves to local agreements."""
    return primary == "x" or "qaa" <= primary <= "qtz"


_BABEL_KEYS = {"prs": "fa_AF"}

# Missing in CLDR, or (Romani in some locales) a word that its speakers refuse.
_NAMES = {
    "gsg": {
        "de": "Deutsche Gebärdensprache",
        "en": "German Sign Language",
        "uk": "німецька жестова мова",
        "ru": "немецкий жестовый язык",
        "ar": "لغة الإشارة الألمانية",
        "fa": "زبان اشارهٔ آلمانی",
        "pl": "niemiecki język migowy",
        "ro": "limba semnelor germană",
    },
    "kmr": {
        "de": "Kurmandschi (Nordkurdisch)",
        "en": "Kurmanji (Northern Kurdish)",
        "uk": "курманджі",
        "ru": "курманджи",
        "ar": "الكردية الكرمانجية",
        "fa": "کردی کرمانجی",
        "pl": "kurmandżi",
        "ro": "kurdă kurmanji",
    },
    "rom": {
        "de": "Romani",
        "en": "Romani",
        "uk": "ромська",
        "ru": "романи",
        "ar": "لغة الروما",
        "fa": "زبان روما",
        "pl": "romski",
        "ro": "romani",
    },
}
