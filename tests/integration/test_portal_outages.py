"""What the portal says while somebody whom it asks is away: never more than is true, never a 500."""

import pytest

from services.requests.main import create_app as create_requests
from services.requests.settings import RequestsSettings
from shared.contracts.messages import Service
from shared.contracts.requests import ShowRequest
from tests.portal_samples import REQUEST
from tests.portal_scene import (
    a_body,
    fields_of,
    portal_scene,
    soup,
    text_of,
)
from tests.portal_stand_ins import portal_stage

pytestmark = pytest.mark.integration

VOLUNTEER = {
    "first_name": "Amal",
    "email": "amal@example.org",
    "postcode": "04600",
    "consent_version": "2026-11",
}


@pytest.fixture
async def scene(district):
    async with portal_scene(district) as scene:
        yield scene


@pytest.fixture
async def stage(district):
    async with portal_stage(district) as stage:
        yield stage


async def test_without_matching_counts_are_unknown_and_nothing_else(scene):
    ours = await scene.organisation()
    request_id = await scene.posted(ours)
    await scene.district.stop(scene.services["matching"])

    shown = await scene.api("GET", f"/requests/{request_id}", ours)
    changed = await scene.api("PATCH", f"/requests/{request_id}", ours, json={"places": 3})
    preview = await scene.api("POST", "/requests/preview", ours, json=a_body())

    for answer in (shown, changed):
        assert answer.status_code == 200
        unknown = ("invited", "reserved", "accepted", "nobody_left", "stopped")
        assert [answer.json()[name] for name in unknown] == [None] * len(unknown)
    assert changed.json()["places"] == 3
    assert preview.status_code == 503


async def test_a_request_that_is_stored_and_not_yet_handled_is_received(scene):
    ours = await scene.organisation()
    await scene.district.stop(scene.services["requests"])
    key = {"Idempotency-Key": "while it is away"}

    answer = await scene.api("POST", "/requests", ours, json=a_body(), headers=key)
    again = await scene.api("POST", "/requests", ours, json=a_body(), headers=key)

    assert (answer.status_code, answer.json()["status"]) == (202, "received")
    assert (again.status_code, again.json()) == (202, answer.json())
    await scene.district.start(create_requests, RequestsSettings)

    async def handled():
        shown = await scene.api("GET", f"/requests/{answer.json()['request_id']}", ours)
        return shown.json() if shown.status_code == 200 else None

    assert (await scene.district.until(handled))["status"] == "open"
    stored = await scene.district.sql("SELECT count(*) AS n FROM requests.requests")
    assert stored[0]["n"] == 1


async def test_without_the_broker_nothing_is_saved_and_everybody_is_told_so(scene):
    ours = await scene.organisation()
    scene.district.kill_nats()
    await scene.district.until(lambda: not scene.portal.asker.is_connected)

    answers = [
        await scene.api("POST", "/requests", ours, json=a_body()),
        await scene.api("POST", "/volunteers", json=VOLUNTEER),
        await scene.client.get("/readyz"),
    ]

    assert [answer.status_code for answer in answers] == [503, 503, 503]
    assert answers[0].headers["retry-after"]
    assert (await scene.client.get("/healthz")).status_code == 200
    assert (await scene.client.get("/")).status_code == 200


async def test_a_form_keeps_what_was_typed_when_nothing_could_be_saved(scene):
    await scene.district.stop(scene.services["profiles"])
    page = soup(await scene.client.get("/help"))
    typed = fields_of(page) | {"first_name": "Ottilie", "email": "o@example.org"}

    answer = await scene.client.post("/help", data=typed)

    assert answer.status_code == 503
    assert "noch nichts gespeichert" in text_of(answer)
    kept = fields_of(soup(answer))
    assert kept["first_name"] == "Ottilie"
    assert kept["nonce"] == typed["nonce"]


async def test_an_answer_that_is_stored_says_so(stage):
    stage.cast.may_answer.clear()

    answer = await stage.client.post(stage.answer, data={"choice": "yes"})

    assert answer.status_code == 202
    assert "sicher gespeichert" in text_of(answer)
    assert "und auch, wenn etwas nicht geklappt hat" in text_of(answer)
    (command,) = stage.cast.heard
    assert command.answered_at <= stage.portal.clock.now()
    stage.cast.may_answer.set()


async def test_a_wish_that_is_stored_promises_a_mail_only_where_one_can_come(stage):
    stage.cast.may_answer.clear()

    paused = await stage.client.post(stage.me, data={"choice": "stop"})
    cancelled = await stage.client.post(f"{stage.request}/cancel", data={})

    for answer, mailed in ((paused, False), (cancelled, True)):
        assert answer.status_code == 202
        assert "sicher gespeichert" in text_of(answer)
        assert ("schreiben wir Ihnen eine E-Mail" in text_of(answer)) == mailed
    stage.cast.may_answer.set()


async def test_the_answer_page_works_without_those_who_only_round_it_off(stage):
    await stage.leaves(Service.NETWORK)
    await stage.leaves(Service.PROFILES)

    answer = await stage.client.get(stage.answer)

    assert answer.status_code == 200
    assert "Begegnungscafé" not in text_of(answer)
    assert "den Kontakt, den Sie dafür freigegeben haben" in text_of(answer)


async def test_a_deed_that_was_done_is_no_error_when_its_state_cannot_be_asked(stage):
    stage.cast.broken.add(ShowRequest)

    answer = await stage.client.post(
        f"/api/v1/requests/{REQUEST}/cancel", headers={"Authorization": "Bearer brk_x"}
    )

    assert answer.status_code == 202
    assert {"status": "open", "version": 2}.items() <= answer.json().items()
