"""What the forms offer to choose from, and how the codes of people and requests are called."""

from collections.abc import Mapping, Sequence

from babel.dates import get_day_names

from shared.district import District, in_locale
from shared.kernel.languages import language_name
from shared.web.locales import LOCALES, Locale
from shared.web.templating import Words
from shared.web.translations import msg

Labels = Mapping[str, str]
Options = Sequence[tuple[str, str]]

REQUEST_STATES: Labels = {
    "review": msg("Wird geprüft"),
    "open": msg("Offen"),
    "filled": msg("Besetzt"),
    "done": msg("Erledigt"),
    "cancelled": msg("Abgesagt"),
    "expired": msg("Niemand gefunden"),
}
BADGES: Labels = {
    "review": "warning",
    "open": "info",
    "filled": "success",
    "done": "success",
    "cancelled": "danger",
    "expired": "danger",
}
"""Colour and sign beside the word of a request's state."""

VOLUNTEER_STATES: Labels = {
    "unconfirmed": msg("Noch nicht bestätigt"),
    "active": msg("Dabei"),
    "paused": msg("Pause"),
}
KINDS: Mapping[str, tuple[str, str]] = {
    "single": (msg("Einmal"), msg("An einem Tag.")),
    "series": (msg("Regelmäßig"), msg("Zum Beispiel jeden Mittwoch.")),
    "tandem": (msg("Tandem"), msg("Zwei Menschen treffen sich über längere Zeit.")),
    "interpreting": (msg("Dolmetschen"), msg("Wir bestätigen jede Person vorher.")),
    "event_help": (msg("Hilfe beim Fest"), msg("Aufbauen, Kuchen ausgeben, begrüßen.")),
}
CHECKS: Labels = {
    "first_talk": msg("Erstgespräch"),
    "conduct_certificate": msg("Erweitertes Führungszeugnis"),
    "confidentiality": msg("Verschwiegenheitserklärung"),
    "training": msg("Schulung"),
}
CHANNELS: Labels = {"email": msg("per E-Mail"), "phone": msg("am Telefon")}
SHARES: Labels = {
    "coordinator": msg("Nur meinen Vornamen. Alles andere läuft über das Büro."),
    "phone": msg("Meinen Vornamen und meine Telefonnummer"),
    "email": msg("Meinen Vornamen und meine Mailadresse"),
}
GENDERS: Labels = {
    "female": msg("eine Frau"),
    "male": msg("ein Mann"),
    "diverse": msg("eine diverse Person"),
}
OWN_GENDERS: Labels = {
    "female": msg("weiblich"),
    "male": msg("männlich"),
    "diverse": msg("divers"),
}
TRAVELS: Labels = {
    "foot": msg("zu Fuß"),
    "bicycle": msg("mit dem Rad"),
    "car": msg("mit dem Auto"),
    "public_transport": msg("mit Bus und Bahn"),
}
LEVELS: Labels = {
    "A1": msg("A1 – erste Worte"),
    "A2": msg("A2 – Alltag"),
    "B1": msg("B1 – komme zurecht"),
    "B2": msg("B2 – gut"),
    "C1": msg("C1 – sehr gut"),
    "C2": msg("C2 – fast wie die Muttersprache"),
    "native": msg("Muttersprache"),
}
ORGANISATION_KINDS: Labels = {
    "association": msg("Verein"),
    "school": msg("Schule oder Kita"),
    "office": msg("Amt oder Behörde"),
    "employer": msg("Betrieb"),
    "parish": msg("Kirchengemeinde oder andere Glaubensgemeinschaft"),
    "other": msg("Etwas anderes"),
}
DAY_PARTS: Labels = {
    "morning": msg("Vormittag (8–12 Uhr)"),
    "afternoon": msg("Nachmittag (12–17 Uhr)"),
    "evening": msg("Abend (17–21 Uhr)"),
}


def choices(words: Words, labels: Labels) -> Options:
    """Codes with their labels, translated."""
    return [(code, words.gettext(label)) for code, label in labels.items()]


def fields(district: District, locale: Locale) -> Options:
    """The fields of action."""
    return [
        (code.value, in_locale(names, locale.tag)) for code, names in district.fields.items()
    ]


def skills(district: District, locale: Locale) -> Options:
    """The district's skills, by name."""
    named = [(code, in_locale(names, locale.tag)) for code, names in district.skills.items()]
    return sorted(named, key=lambda option: option[1].casefold())


def spoken(district: District, locale: Locale) -> Options:
    """The languages that forms offer, by name."""
    named = [
        (language.tag, language_name(language.tag, locale.formats))
        for language in district.languages
    ]
    return sorted(named, key=lambda option: option[1].casefold())


def weekdays(locale: Locale) -> Options:
    """Monday is 0."""
    names = get_day_names("wide", locale=locale.babel)
    return [(str(day), names[day]) for day in range(7)]


def locales() -> Options:
    """In which language to write to somebody, each in its own name."""
    return [(locale.tag, locale.own_name) for locale in LOCALES]
