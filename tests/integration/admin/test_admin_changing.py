"""A coordinator changes a request for an organisation that rings."""

import html
import re
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from shared.contracts import network, requests
from shared.contracts.messages import Service
from shared.kernel.fields import Via
from shared.kernel.ids import new_id
from tests.admin_district import CONTACT, REQUEST, content, shown, slot
from tests.admin_stage import Stage, Visitor, nonce_in
from tests.admin_stand_ins import furnish, open_stage
from tests.servers import Servers, fresh_district

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module")]

URL = f"/requests/{REQUEST}/change"


@pytest_asyncio.fixture(loop_scope="module")
async def stage(stage: Stage):
    """The same, with every owner again at the end."""
    yield stage
    away = {Service.REQUESTS, Service.NETWORK} - set(stage.running)
    if away:
        await stage.start(*away)


def fields_in(page: str) -> dict[str, Any]:
    """What the browser would send of the form that changes the request, as it stands."""
    form = page[page.rindex(f'action="{URL}"') :]
    sent: dict[str, Any] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        said = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        kind = said.get("type")
        if "name" not in said or (kind in {"checkbox", "radio"} and " checked" not in tag):
            continue
        if kind in {"checkbox", "radio"}:
            sent.setdefault(said["name"], []).append(html.unescape(said["value"]))
        else:
            sent[said["name"]] = html.unescape(said.get("value", ""))
    for name, options in re.findall(
        r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL
    ):
        chosen = re.search(r'value="([^"]*)" selected', options)
        sent[name] = chosen[1] if chosen else ""
    for name, text in re.findall(
        r'<textarea[^>]*name="([^"]+)"[^>]*>\n?(.*?)</textarea>', form, re.DOTALL
    ):
        sent[name] = html.unescape(text)
    return sent


async def deeds(stage: Stage) -> list[tuple[str, str]]:
    rows = await stage.district.sql("SELECT * FROM admin.deeds ORDER BY deed_id")
    return [(row["deed"], row["outcome"]) for row in rows]


def plain(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


async def test_the_form_sent_back_as_it_was_shown_changes_nothing_at_all(
    stage: Stage, karin: Visitor
):
    assert f'href="{URL}"' in await karin.open(f"/requests/{REQUEST}")

    answer = await karin.send(URL, **fields_in(await karin.open(URL)))

    assert answer.headers["Location"] == f"/requests/{REQUEST}?note=changed"
    (wish,) = stage.taken
    assert wish.content == content()
    assert (wish.version, wish.via, wish.organisation_id) == (3, Via.PHONE, None)
    assert wish.staff_id is not None
    assert await deeds(stage) == [("change_request", "done")]
    page = await karin.open(answer.headers["Location"])
    assert "Die Änderung ist gespeichert" in page
    assert "hat die Anfrage am Telefon geändert." in await karin.open("/log")


async def test_a_weekly_request_sent_back_as_it_was_shown_changes_nothing(
    stage: Stage, karin: Visitor
):
    weekly = content(
        slots=(),
        weekly=({"weekday": 1, "from": "20:00", "to": "24:00"},),
        starts_on="2030-01-07",
        ends_on="2030-03-26",
        contact_id=None,
        answer_by=None,
    )
    stage.answers[requests.ShowRequest] = lambda _: shown(REQUEST, content=weekly)

    await karin.send(URL, **fields_in(await karin.open(URL)))

    (wish,) = stage.taken
    assert wish.content == weekly


async def test_a_date_is_moved_and_everything_else_stays(stage: Stage, karin: Visitor):
    form = fields_in(await karin.open(URL))

    await karin.send(
        URL,
        **form | {"slots.0.on": "2030-12-02", "slots.0.from": "22:00", "slots.0.to": "01:00"},
    )

    (wish,) = stage.taken
    moved, kept = wish.content.slots
    assert moved.starts_at.isoformat() == "2030-12-02T21:00:00+00:00"
    assert moved.ends_at.isoformat() == "2030-12-03T00:00:00+00:00"
    assert kept == content().slots[1]
    assert wish.content.model_copy(update={"slots": content().slots}) == content()


async def test_the_page_says_who_is_asked_again(stage: Stage, karin: Visitor):
    page = plain(await karin.open(URL))
    assert "2 Menschen haben hier einen Platz" in page
    assert "Zeit, Ort, Treffpunkt, Sprache oder Nachweise" in page

    stage.answers[requests.ShowRequest] = lambda _: shown(REQUEST, reserved=0, assigned=0)
    assert "Noch hat niemand einen Platz" in await karin.open(URL)


async def test_another_contact_is_kept_first_and_none_takes_it_away(
    stage: Stage, karin: Visitor
):
    other = new_id()
    stage.replies[network.KeepHandoverContact] = lambda _: network.ContactKept(contact_id=other)
    form = fields_in(await karin.open(URL))

    await karin.send(URL, **form | {"contact_name": "Kim Neuling"})
    kept, wish = stage.taken
    assert (kept.name, kept.phone) == ("Kim Neuling", "+49 3447 800801")
    assert wish.content.contact_id == other
    assert "Kim" not in str(await stage.district.sql("SELECT * FROM admin.deeds"))

    stage.taken.clear()
    without = form | {"contact_name": "", "contact_phone": "", "nonce": str(new_id())}
    await karin.send(URL, **without)
    (wish,) = stage.taken
    assert wish.content.contact_id is None


async def test_a_contact_that_nobody_can_read_now_stays(stage: Stage, karin: Visitor):
    await stage.stop(Service.NETWORK)
    page = await karin.open(URL)
    assert "dann bleibt sie" in page

    await karin.send(URL, **fields_in(page))

    (wish,) = stage.taken
    assert wish.content.contact_id == CONTACT


async def test_an_outdated_version_shows_what_is_stored_beside_what_was_typed(
    stage: Stage, karin: Visitor
):
    typed = fields_in(await karin.open(URL)) | {"title": "Dolmetschen am Abend", "places": "3"}
    stage.refuse(requests.ChangeRequest, "requests.version_outdated", "version")
    newer = content(slots=(slot(6),), meeting_point="Turnhalle")
    stage.answers[requests.ShowRequest] = lambda _: shown(REQUEST, content=newer, version=7)

    answer = await karin.send(URL, **typed)

    assert answer.status_code == 422
    told = plain(answer.text)
    assert "Die Anfrage wurde inzwischen geändert." in told
    assert re.search(r"Treffpunkt .*Turnhalle .*Haupteingang, Platanenstraße", told)
    assert re.search(r"Plätze (Jetzt gespeichert )?2 (In Ihrem Formular )?3", told)
    table = answer.text[answer.text.index("<table") : answer.text.index("</table>")]
    assert "Nachweise" not in table
    form = fields_in(answer.text)
    assert form.pop("nonce") != typed.pop("nonce")
    assert form == typed | {"version": "7"}

    furnish(stage)
    stage.taken.clear()
    again = await karin.send(URL, nonce=nonce_in(answer.text), **form)
    assert again.status_code == 303
    (wish,) = stage.taken
    assert (wish.version, wish.content.meeting_point) == (7, "Haupteingang, Platanenstraße")


@pytest.mark.parametrize(
    ("refused", "told"),
    [
        (("requests.release_first", "places"), ("places", "geben Sie erst einen frei")),
        (("requests.slot_in_the_past", "slots.1.starts_at"), ("slots-1", "schon vorbei")),
        (
            ("requests.answer_by_too_late", "answer_by"),
            ("answer_by_on", "bevor es das erste Mal"),
        ),
        (("requests.place_required", "postcode"), ("postcode", "Postleitzahl an")),
    ],
)
async def test_a_refusal_stands_at_its_field_and_what_was_typed_stays(
    stage: Stage, karin: Visitor, refused: tuple[str, str], told: tuple[str, str]
):
    field, sentence = told
    typed = fields_in(await karin.open(URL)) | {"title": "Dolmetschen am Abend"}
    stage.refuse(requests.ChangeRequest, *refused)

    answer = await karin.send(URL, **typed)

    assert answer.status_code == 422
    assert f'href="#field-{field}"' in answer.text
    assert f'id="field-{field}"' in answer.text
    assert sentence in answer.text
    nonce = typed.pop("nonce")
    form = fields_in(answer.text)
    assert form.pop("nonce") != nonce
    assert form == typed
    assert await deeds(stage) == [("change_request", "refused")]


async def test_what_cannot_be_read_is_told_at_its_row_and_nothing_is_sent(
    stage: Stage, karin: Visitor
):
    typed = fields_in(await karin.open(URL)) | {"slots.0.on": "", "slots.1.to": "abends"}

    answer = await karin.send(URL, **typed)

    assert answer.status_code == 422
    assert 'href="#field-slots-1-to"' in answer.text
    assert fields_in(answer.text) == typed
    assert stage.taken == []


async def test_a_request_that_is_over_cannot_be_changed(stage: Stage, karin: Visitor):
    stage.answers[requests.ShowRequest] = lambda _: shown(REQUEST, status="cancelled")
    assert f'href="{URL}"' not in await karin.open(f"/requests/{REQUEST}")
    await karin.open(URL, status=409)
    page = await karin.open(f"/requests/{REQUEST}")
    assert 'id="asked"' in page
    ended = plain(page)
    for asks in ("Wer noch passt", "Wer nicht gefragt wird", "tragen Sie die Antwort ein"):
        assert asks not in ended

    running = shown(REQUEST)
    assert running.words is not None
    begun = running.words.model_copy(update={"slots": (slot(-1),)})
    stage.answers[requests.ShowRequest] = lambda _: shown(REQUEST, words=begun)
    assert f'href="{URL}"' not in await karin.open(f"/requests/{REQUEST}")
    furnish(stage)
    await karin.open(f"/requests/{new_id()}/change", status=404)


async def test_a_change_that_waits_for_its_owner_is_told_as_received_and_done_later(
    stage: Stage, karin: Visitor
):
    form = fields_in(await karin.open(URL)) | {"slots.0.on": "2030-12-02"}
    await stage.stop(Service.REQUESTS)
    assert "Ohne die Angaben der Anfrage" in await karin.open(URL, status=503)

    answer = await karin.send(URL, **form)

    assert answer.headers["Location"] == f"/requests/{REQUEST}?note=received"
    assert await deeds(stage) == [("change_request", "received")]
    await stage.start(Service.REQUESTS)

    await stage.district.until(lambda: bool(stage.taken))
    (wish,) = stage.taken
    assert wish.content.slots[1] == content().slots[1]
    assert wish.content.answer_by == content().answer_by
    assert wish.content.answer_by - slot(2).starts_at == timedelta(minutes=7)


async def test_a_change_is_not_lost_while_the_broker_is_down(servers: Servers, tmp_path):
    async with (
        fresh_district(servers, tmp_path) as district,
        open_stage(district) as stage,
        stage.signed_in() as karin,
    ):
        form = fields_in(await karin.open(URL)) | {"title": "Dolmetschen am Abend"}
        district.kill_nats()
        assert stage.app is not None
        await district.until(lambda: not stage.app.asker.is_connected)

        answer = await karin.send(URL, **form)

        assert answer.status_code == 503
        assert "Nicht gespeichert" in answer.text
        assert fields_in(answer.text) == form
        assert await deeds(stage) == [("change_request", "not_saved")]
