"""The main job as people live it, told once and used by several tests."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from shared.kernel.slots import TIMEZONE
from tests.e2e.environment import Environment, link_of, text_of, write_csv

ORGANISATION = "kontakt@verein.example"
CONTACT_NAME, CONTACT_PHONE = "Jana Ansprechbar", "+49 3447 800800"
MEETING_POINT = "Haupteingang Begegnungshaus"
VOLUNTEERS = [
    ("Amal", "Feldquell", "amal@freiwillige.example"),
    ("Bernd", "Waldtal", "bernd@freiwillige.example"),
    ("Clara", "Bergsee", "clara@freiwillige.example"),
    ("Darius", "Auenland", "darius@freiwillige.example"),
]


async def import_people(env: Environment, folder: Path, *, asks_per_week: int = 7) -> None:
    """Import one organisation and four volunteers, and get the organisation's token."""
    folder.mkdir(exist_ok=True)
    organisations = write_csv(
        folder / "organisations.csv",
        [
            {
                "name": "Begegnungshaus Altenburg",
                "kind": "association",
                "contact_first_name": "Karla",
                "contact_last_name": "Vereinsfrau",
                "email": ORGANISATION,
                "postcode": "04600",
                "municipality": "Altenburg",
            }
        ],
    )
    volunteers = write_csv(
        folder / "volunteers.csv",
        [
            {
                "first_name": first,
                "last_name": last,
                "email": address,
                "phone": f"+49 3447 90000{number}",
                "postcode": "04600",
                "municipality": "Altenburg",
                "radius_km": "20",
                "languages": "de:native",
                "fields": "social_integration;language",
                "shares": "phone",
                "consented_on": "2026-01-15",
                "asks_per_week": str(asks_per_week),
            }
            for number, (first, last, address) in enumerate(VOLUNTEERS)
        ],
    )
    await env.command("import", "organisations", str(organisations))
    await env.command("import", "volunteers", str(volunteers))
    env.token = (await env.command("token", ORGANISATION)).split()[-1]


def a_request(now: datetime, **changes: Any) -> dict[str, Any]:
    """A valid request for one helper, a week from `now`, in the morning."""
    day = (now.astimezone(TIMEZONE) + timedelta(days=7)).replace(
        hour=10, minute=0, second=0, microsecond=0
    )
    return {
        "kind": "single",
        "field": "social_integration",
        "title": "Kaffeenachmittag vorbereiten",
        "description": "Tische rücken, Kuchen aufschneiden, mit Gästen reden.",
        "places": 1,
        "postcode": "04600",
        "municipality": "Altenburg",
        "meeting_point": MEETING_POINT,
        "contact_name": CONTACT_NAME,
        "contact_phone": CONTACT_PHONE,
        "slots": [
            {"starts_at": day.isoformat(), "ends_at": (day + timedelta(hours=2)).isoformat()}
        ],
        **changes,
    }


@dataclass
class Offer:
    """One volunteer's offer and its link."""

    address: str
    link: str


def moment_of(addresses: dict[str, Any]) -> datetime:
    """Domain time when the environment became ready."""
    return datetime.fromisoformat(str(addresses["now"]))


async def post(env: Environment, **changes: Any) -> dict[str, Any]:
    now = datetime.fromisoformat((await env.client.get(env.url("/healthz"))).json()["now"])
    response = await env.api("POST", "/api/v1/requests", json=a_request(now, **changes))
    assert response.status_code == 201, response.text
    posted: dict[str, Any] = response.json()
    return posted


async def offers(env: Environment, wanted: int) -> list[Offer]:
    """Wait until at least so many volunteers have an offer."""

    async def enough() -> list[Offer]:
        found: dict[str, Offer] = {}
        for entry in await env.mails():
            message = await env.read(entry["id"])
            if message["List-Unsubscribe"] is not None:
                found.setdefault(entry["to"], Offer(entry["to"], link_of(message)))
        return list(found.values()) if len(found) >= wanted else []

    result: list[Offer] = await env.until(enough)
    return result


async def offers_of(env: Environment, request_id: str, wanted: int) -> list[Offer]:
    """Wait until so many volunteers have an offer for this request."""

    async def enough() -> list[Offer]:
        found: dict[str, Offer] = {}
        for entry in await env.mails():
            message = await env.read(entry["id"])
            if message["List-Unsubscribe"] and request_id in str(message["References"]):
                found.setdefault(entry["to"], Offer(entry["to"], link_of(message)))
        return list(found.values()) if len(found) >= wanted else []

    result: list[Offer] = await env.until(enough, within_s=60)
    return result


async def mails_of(
    env: Environment, address: str, request_id: str, words: str
) -> list[EmailMessage]:
    """Wait for a mail to somebody about a request that says `words`; all such mails."""

    async def some() -> list[EmailMessage]:
        found = [await env.read(entry["id"]) for entry in await env.mails(address)]
        return [
            mail
            for mail in found
            if request_id in str(mail["References"]) and words in text_of(mail)
        ]

    result: list[EmailMessage] = await env.until(some, within_s=60)
    return result


async def status(env: Environment, request_id: str) -> dict[str, Any]:
    response = await env.api("GET", f"/api/v1/requests/{request_id}")
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


async def status_is(env: Environment, request_id: str, wanted: dict[str, Any]) -> None:
    async def holds() -> bool:
        return wanted.items() <= (await status(env, request_id)).items()

    try:
        await env.until(holds)
    except TimeoutError:
        raise AssertionError(f"{await status(env, request_id)} never had {wanted}") from None


async def say(env: Environment, link: str, choice: str) -> None:
    """Answer as a person does: look at the page, then press the button."""
    page = await env.client.get(link)
    assert page.status_code == 200, page.text
    response = await env.client.post(link, data={"choice": choice})
    assert response.status_code in {200, 303}, response.text


async def tell(env: Environment, folder: Path) -> dict[str, Any]:
    """The whole story; returns the posted request."""
    await import_people(env, folder)
    posted = await post(env)
    request_id = posted["request_id"]
    asked = await offers(env, 2)
    before = await status(env, request_id)
    for offer in asked:
        assert (await env.client.get(offer.link)).status_code == 200
        assert (await env.client.head(offer.link)).status_code == 200
    assert await status(env, request_id) == before, "GET must not act"

    first, second = asked[0], asked[1]
    await say(env, first.link, "yes")
    receipt = await env.mail(first.address, lambda mail: CONTACT_PHONE in text_of(mail))
    assert MEETING_POINT in text_of(receipt)
    assert any(part.get_content_type() == "text/calendar" for part in receipt.walk())
    await status_is(env, request_id, {"status": "filled", "accepted": 1})
    who = next(name for name, _, address in VOLUNTEERS if address == first.address)
    await env.mail(ORGANISATION, lambda mail: who in text_of(mail))

    await say(env, second.link, "yes")
    await status_is(env, request_id, {"accepted": 1, "waitlisted": 1})
    await say(env, first.link, "no")
    await status_is(env, request_id, {"status": "filled", "accepted": 1, "waitlisted": 0})
    await env.mail(second.address, lambda mail: CONTACT_PHONE in text_of(mail))
    return posted
