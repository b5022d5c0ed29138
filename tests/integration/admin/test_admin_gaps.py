"""The coordinators' pages while an owner, its handler or the broker is away."""

import pytest

from shared.contracts.messages import Service
from tests.admin_district import CALL, CLUB, JONAS, NAMES, REQUEST, REVIEWED, TITLES, VERENA
from tests.admin_stage import Stage, Visitor, deeds, nonce_in

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module")]


async def test_a_page_shows_the_rest_and_names_what_is_missing(lone: tuple[Stage, Visitor]):
    stage, karin = lone
    await stage.stop(Service.PROFILES, Service.REPORTING)

    today = await karin.open("/")
    assert "Namen und Angaben der Freiwilligen" in today
    assert "1 Zusage bestätigen" in today
    assert "Name fehlt gerade" in today
    request = await karin.open(f"/requests/{REQUEST}")
    assert "der Verlauf" in request
    assert TITLES[REQUEST] in request
    assert "6,4 km entfernt" in request
    assert NAMES[VERENA] not in request


async def test_no_page_needs_an_owner_to_open(lone: tuple[Stage, Visitor]):
    stage, karin = lone
    await stage.stop()

    for path in (
        "/", "/requests", f"/requests/{REQUEST}", f"/requests/{REQUEST}/people/{JONAS}",
        "/requests/new", "/volunteers", f"/volunteers/{VERENA}", "/organisations",
        f"/organisations/{CLUB}", "/phone", f"/phone/{CALL}", "/mails",
    ):  # fmt: skip
        assert "Es fehlt gerade etwas" in await karin.open(path), path


async def test_every_page_opens_while_the_broker_is_down_and_nothing_is_saved(
    lone: tuple[Stage, Visitor],
):
    stage, karin = lone
    page = await karin.open(f"/requests/{REVIEWED}")
    stage.district.kill_nats()
    assert stage.app is not None
    await stage.district.until(lambda: not stage.app.asker.is_connected)

    assert "Es fehlt gerade etwas" in await karin.open("/")
    answer = await karin.send(
        f"/requests/{REVIEWED}/deeds", deed="approve", nonce=nonce_in(page)
    )

    assert answer.status_code == 503
    assert "Nicht gespeichert" in answer.text
    assert f'name="nonce" value="{nonce_in(page)}"' in answer.text
    assert await deeds(stage) == [("approve_request", "not_saved", None)]


async def test_a_command_without_its_handler_is_told_as_received(lone: tuple[Stage, Visitor]):
    stage, karin = lone
    await stage.stop(Service.REQUESTS)

    answer = await karin.send(f"/requests/{REQUEST}/deeds", deed="complete")

    assert answer.headers["Location"] == f"/requests/{REQUEST}?note=received"
    assert "wird noch bearbeitet" in await karin.open(answer.headers["Location"])
    assert await deeds(stage) == [("complete_request", "received", None)]
