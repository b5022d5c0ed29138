"""Generates the demo district from a seed: the same seed and day give the same district.

Everything comes out in the outside interface's own shape, as an import would bring it.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

from infra.demo.names import FIRST, GROUP_OF, LAST, PLACES_OF_WORK
from shared.district import District, Municipality, in_locale
from shared.kernel.fields import Field as FieldOfAction
from shared.kernel.fields import Kind
from shared.kernel.slots import TIMEZONE

VOLUNTEERS, ORGANISATIONS, REQUESTS = 300, 60, 80
# Most newcomers in the district are citizens of the Union who work: half of what is asked for
# comes from work, school, sport and neighbourhood.
FIELD_WEIGHTS = {
    FieldOfAction.WORK: 16,
    FieldOfAction.EDUCATION: 16,
    FieldOfAction.SPORT_CULTURE: 14,
    FieldOfAction.LANGUAGE: 14,
    FieldOfAction.SOCIAL_INTEGRATION: 14,
    FieldOfAction.HOUSING: 10,
    FieldOfAction.HEALTH: 9,
    FieldOfAction.INTERCULTURAL_OPENING: 7,
}
LOCALES = {"ru": "ru", "uk": "uk", "ar": "ar", "fa": "fa", "prs": "fa", "pl": "pl", "ro": "ro"}
LEVELS = ("A2", "B1", "B1", "B2", "B2", "C1", "C2")
CONSENT = "demo-1"
DESCRIPTIONS = {
    Kind.SINGLE: "Wir zeigen Ihnen vorher alles; zwei Stunden genügen.",
    Kind.SERIES: "Jede Woche zur selben Zeit. Sie müssen nichts vorbereiten und sind nicht allein.",
    Kind.TANDEM: "Sie treffen sich einmal in der Woche, reden und erledigen Kleines zusammen.",
    Kind.INTERPRETING: "Ein Gespräch von etwa einer Stunde. Alles, was gesagt wird, bleibt dort.",
    Kind.EVENT_HELP: "Aufbauen, ausschenken, mit Gästen reden: jede helfende Hand ist willkommen.",
}
_PLAIN = {ord("ä"): "ae", ord("ö"): "oe", ord("ü"): "ue", ord("ß"): "ss"}

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Demo:
    """Rows of the three files."""

    volunteers: list[Row]
    organisations: list[Row]
    requests: list[Row]


def generate(district: District, *, seed: int, now: datetime) -> Demo:
    """Make a district; requests lie in the six weeks after `now`."""
    chance = Random(seed)  # noqa: S311  invented people
    today = now.astimezone(TIMEZONE).date()
    organisations: list[Row] = []
    for number in range(ORGANISATIONS):
        names = {organisation["name"] for organisation in organisations}
        organisations.append(_organisation(chance, district, number, names))
    return Demo(
        [_volunteer(chance, district, number, today) for number in range(VOLUNTEERS)],
        organisations,
        [
            _request(chance, district, number, organisations, today)
            for number in range(REQUESTS)
        ],
    )


def _municipality(chance: Random, district: District) -> Municipality:
    places = district.municipalities
    # The root keeps small villages from vanishing beside the county town.
    return chance.choices(places, [place.population**0.7 for place in places])[0]


def _volunteer(chance: Random, district: District, number: int, today: date) -> Row:
    spoken = _languages(chance, district, number)
    # The first ones live in one municipality each, so that nobody looks in vain.
    home = _municipality(chance, district)
    if number < len(district.municipalities):
        home = district.municipalities[number]
    mother = next(entry["tag"] for entry in spoken if entry["level"] == "native")
    group = GROUP_OF.get(mother, "other")
    first, last = chance.choice(FIRST[group]), chance.choice(LAST[group])
    by_phone = chance.random() < 0.08  # noqa: PLR2004
    row: Row = {
        "first_name": first,
        "last_name": last,
        "channel": "phone" if by_phone else "email",
        "locale": chance.choices([LOCALES.get(mother, "de"), "de"], [2, 3])[0],
        "postcode": home.postcode,
        "municipality": home.name,
        "radius_km": chance.choice((5, 10, 10, 15, 20, 30)),
        "travel": chance.sample(("foot", "bicycle", "car", "public_transport"), 2),
        "languages": spoken,
        "fields": sorted(chance.sample(list(FieldOfAction), chance.randint(2, 5))),
        "skills": sorted(chance.sample(sorted(district.skills), chance.randint(0, 4))),
        "availability": _availability(chance),
        "asks_per_week": chance.choices((1, 2, 3), (2, 6, 2))[0],
        "shares": chance.choices(
            ("phone", "coordinator", "email")[: 2 if by_phone else 3],
            (4, 3, 3)[: 2 if by_phone else 3],
        )[0],
        "consent_version": CONSENT,
        "phone": _number(number),
    }
    if not by_phone:
        row["email"] = _address(f"{first}.{last}", number, "freiwillige")
    if chance.random() < 0.7:  # noqa: PLR2004
        row["gender"] = chance.choice(("female", "male"))
    if number % 12:
        row["consented_on"] = today - timedelta(days=chance.randint(1, 700))
        row["checks"] = _checks(chance, today)
    return row


def _languages(chance: Random, district: District, number: int) -> list[Row]:
    """One mother tongue and what else is spoken, by the shares of the district's data.

    The first ones speak one language each, so that every language of the district is there.
    """
    shares = {language.tag: language.share for language in district.languages}
    newcomers = {tag: share for tag, share in shares.items() if tag not in {"de", "en"}}
    german_at_home = chance.random() < 0.55  # noqa: PLR2004
    mother = (
        "de" if german_at_home else chance.choices(*zip(*newcomers.items(), strict=True))[0]
    )
    if number < len(newcomers):
        mother = list(newcomers)[number]
    spoken = {mother: "native"}
    if mother != "de" and chance.random() < shares["de"]:
        spoken["de"] = chance.choice(LEVELS)
    if chance.random() < shares["en"]:
        spoken.setdefault("en", chance.choice(LEVELS))
    if chance.random() < 0.2:  # noqa: PLR2004
        spoken.setdefault(chance.choices(*zip(*newcomers.items(), strict=True))[0], "B1")
    return [
        {
            "tag": tag,
            "level": level,
            "modes": ["talk", "interpret"] if level != "A2" else ["talk"],
        }
        for tag, level in spoken.items()
    ]


def _availability(chance: Random) -> list[Row]:
    times: list[Row] = []
    for weekday in sorted(chance.sample(range(5), chance.randint(1, 4))):
        begins = chance.choice((9, 13, 15, 16, 17))
        times.append(_span(weekday, begins, begins + chance.choice((3, 4, 5))))
    if chance.random() < 0.6:  # noqa: PLR2004
        times.append(_span(5, chance.choice((9, 10)), chance.choice((14, 18))))
    return times


def _span(weekday: int, begins: int, ends: int) -> Row:
    return {"weekday": weekday, "from": f"{begins:02d}:00", "to": f"{min(ends, 22):02d}:00"}


def _checks(chance: Random, today: date) -> list[Row]:
    held: list[Row] = []
    for check, share, days in (
        ("conduct_certificate", 0.35, 1200),
        ("confidentiality", 0.5, 1800),
        ("training", 0.2, 900),
    ):
        if chance.random() < share:
            until = today + timedelta(days=chance.randint(30, days))
            held.append({"check": check, "valid_until": until})
    return held


def _organisation(chance: Random, district: District, number: int, names: set[str]) -> Row:
    kind, pattern = PLACES_OF_WORK[number % len(PLACES_OF_WORK)]
    home = _municipality(chance, district)
    while pattern.format(place=home.name) in names:
        home = _municipality(chance, district)
    first, last = chance.choice(FIRST["de"]), chance.choice(LAST["de"])
    return {
        "name": pattern.format(place=home.name),
        "kind": kind,
        "contact_first_name": first,
        "contact_last_name": last,
        "email": _address("kontakt", number, "vereine"),
        "phone": _number(VOLUNTEERS + number),
        "postcode": home.postcode,
        "municipality": home.name,
    }


def _request(
    chance: Random, district: District, number: int, organisations: list[Row], today: date
) -> Row:
    field = (
        list(FIELD_WEIGHTS)[number]
        if number < len(FIELD_WEIGHTS)
        else chance.choices(list(FIELD_WEIGHTS), list(FIELD_WEIGHTS.values()))[0]
    )
    code, task = chance.choice(
        [(code, task) for code, task in district.tasks.items() if task.field is field]
    )
    organisation = chance.choice(organisations)
    row: Row = {
        "organisation_email": organisation["email"],
        "kind": task.kind,
        "field": field,
        "task": code,
        "title": in_locale(task.title, "de"),
        "description": DESCRIPTIONS[task.kind],
        "places": 1
        if task.kind in {Kind.TANDEM, Kind.INTERPRETING}
        else chance.choices((1, 2, 3, 6), (5, 3, 2, 1))[0],
        "postcode": organisation["postcode"],
        "municipality": organisation["municipality"],
        "meeting_point": f"Eingang {organisation['name']}",
        "contact_name": f"{chance.choice(FIRST['de'])} {chance.choice(LAST['de'])}",
        "contact_phone": _number(VOLUNTEERS + ORGANISATIONS + number),
        "checks": sorted(task.checks),
        "minors_present": task.minors_present,
        "reimbursement": chance.random() < 0.4,  # noqa: PLR2004
    }
    if task.kind is Kind.INTERPRETING:
        tag = chance.choice(("ar", "uk", "ru", "fa", "pl", "ro", "tr"))
        row["languages"] = [{"tag": tag, "level": "B2"}, {"tag": "de", "level": "B1"}]
    return row | _dates(chance, task.kind, today)


def _dates(chance: Random, kind: Kind, today: date) -> Row:
    first = today + timedelta(days=chance.randint(4, 30))
    hour = chance.choice((9, 10, 14, 15, 16, 17, 18))
    if kind in {Kind.SERIES, Kind.TANDEM}:
        weekly = {
            "weekday": first.weekday(),
            "from": f"{hour:02d}:00",
            "to": f"{hour + 2:02d}:00",
        }
        last = first + timedelta(weeks=chance.choice((4, 6, 8)))
        return {"weekly": [weekly], "starts_on": first, "ends_on": last}
    if first.weekday() == 6:  # noqa: PLR2004  hardly anything is asked for on a Sunday
        first += timedelta(days=1)
    begins = datetime.combine(first, time(hour), TIMEZONE)
    return {"slots": [{"starts_at": begins, "ends_at": begins + timedelta(hours=2)}]}


def _number(number: int) -> str:
    """One of the thousand Berlin numbers that the Bundesnetzagentur keeps free for stories."""
    return f"+49 30 23125{number:03d}"


def _address(name: str, number: int, domain: str) -> str:
    plain = name.lower().replace(" ", "").translate(_PLAIN)
    return f"{plain}.{number}@{domain}.example"
