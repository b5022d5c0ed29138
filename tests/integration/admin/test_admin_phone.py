"""What comes in by telephone: calls, new requests, volunteers and organisations."""

import re
from typing import Any

import pytest

from shared.contracts import matching, network, profiles, requests
from shared.contracts.messages import Service
from shared.kernel.errors import FieldsRefused, Refusal
from shared.kernel.fields import Answer, Share, Via
from tests.admin_district import (
    ANDREAS,
    CALL,
    CLUB,
    CONTACT,
    JONAS,
    NAMES,
    REQUEST,
    SCHOOL,
    TITLES,
    call_page,
    card,
)
from tests.admin_stage import Stage, Visitor, nonce_in, plain

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module")]


async def test_a_call_is_answered_with_the_facts_that_were_read_out(
    stage: Stage, karin: Visitor
):
    page = await karin.open(f"/phone/{CALL}")
    assert TITLES[REQUEST] in page
    assert "Haupteingang" not in page

    answer = await karin.send(f"/phone/{CALL}", answer="yes", version="3")

    (sent,) = stage.sent(matching.AnswerInvitation)
    assert (sent.answer, sent.via, sent.version) == (Answer.YES, Via.PHONE, 3)
    assert answer.headers["Location"] == f"/phone/{CALL}?outcome=assigned"
    rows = await stage.district.sql("SELECT about_id, volunteer_id FROM admin.deeds")
    assert [tuple(row) for row in rows] == [(REQUEST, ANDREAS)]


async def test_after_a_yes_the_page_says_what_to_pass_on(stage: Stage, karin: Visitor):
    stage.answers[matching.ShowInvitation] = lambda _: call_page(
        answer=Answer.YES, holds_place=True, hand_over=True
    )

    page = await karin.open(f"/phone/{CALL}?outcome=assigned")

    assert "Der Platz ist vergeben" in page
    assert "Haupteingang, Platanenstraße, 04600 Altenburg" in page
    assert "Jana Ansprechbar" in page


async def test_who_waits_and_is_rung_for_a_free_place_is_not_said_to_think_about_it(
    stage: Stage, karin: Visitor
):
    """It would cost them their place in the waiting list."""
    for purpose, offered in (("offer", True), ("move_up", False)):
        stage.answers[matching.ShowInvitation] = lambda _, asked=purpose: call_page(
            purpose=asked, waiting_position=None if asked == "offer" else 1
        )

        page = await karin.open(f"/phone/{CALL}")

        assert ("Überlegt noch" in page) == offered


@pytest.mark.parametrize(
    ("standing", "ticks", "button"),
    [
        (
            {"answer": Answer.YES, "holds_place": True},
            "gibt den Platz zurück",
            "Sagt wieder ab",
        ),
        ({"answer": Answer.YES, "reserved": True}, "gibt den Platz zurück", "Sagt wieder ab"),
        (
            {"answer": Answer.YES, "holds_place": True, "purpose": "changed"},
            "gibt den Platz zurück",
            "Sagt wieder ab",
        ),
        (
            {"purpose": "move_up", "waiting_position": 1},
            "möchte nicht mehr auf der Warteliste stehen",
            "Nein",
        ),
    ],
)
async def test_a_no_that_costs_a_place_is_no_slip_on_the_telephone_either(
    stage: Stage, karin: Visitor, standing: dict[str, Any], ticks: str, button: str
):
    stage.answers[matching.ShowInvitation] = lambda _: call_page(**standing)
    page = await karin.open(f"/phone/{CALL}")
    assert f"{NAMES[ANDREAS]} {ticks}" in plain(page)
    assert 'type="hidden" name="really_no"' not in page

    answer = await karin.send(f"/phone/{CALL}", answer="no", version="3")

    assert answer.status_code == 422
    assert f"{button}: Bitte setzen Sie das Häkchen" in plain(answer.text)
    assert stage.taken == []
    await karin.send(f"/phone/{CALL}", answer="no", version="3", really_no="true")
    assert [one.answer for one in stage.sent(matching.AnswerInvitation)] == [Answer.NO]


async def test_a_no_to_a_question_by_telephone_stays_one_step(karin: Visitor):
    """A later yes changes it."""
    page = await karin.open(f"/phone/{CALL}")

    assert '<input type="hidden" name="really_no" value="true">' in page
    assert 'type="checkbox"' not in page


async def test_a_call_about_a_question_that_a_newer_replaced_is_about_the_newer(
    stage: Stage, karin: Visitor
):
    """Its answer counts there, so the page says what it led to, and the log whom it was about."""
    stage.answers[matching.ShowInvitation] = lambda query: (
        call_page() if query.newest else matching.InvitationPage(found=False)
    )

    answer = await karin.send(f"/phone/{CALL}", answer="yes", version="3")

    assert answer.headers["Location"] == f"/phone/{CALL}?outcome=assigned"
    assert TITLES[REQUEST] in await karin.open(f"/phone/{CALL}?outcome=assigned")
    rows = await stage.district.sql("SELECT about_id, volunteer_id FROM admin.deeds")
    assert [tuple(row) for row in rows] == [(REQUEST, ANDREAS)]


@pytest.mark.parametrize("state", ["withdrawn", "planned"])
async def test_where_no_answer_is_taken_there_is_nothing_to_read_out(
    stage: Stage, karin: Visitor, state: str
):
    stage.answers[matching.ShowInvitation] = lambda _: call_page(state=state)

    page = plain(await karin.open(f"/phone/{CALL}"))

    assert "Zum Vorlesen" not in page
    assert "Im Moment wird diese Person dafür nicht gefragt" in page


async def test_an_answer_after_a_stop_says_what_can_become_of_it(stage: Stage, karin: Visitor):
    """Nobody can be asked while it is stopped; and who is asked anew already needs nobody's deed."""
    stage.refuse(matching.AnswerInvitation, "matching.invitation_stopped")

    answer = await karin.send(f"/phone/{CALL}", answer="yes", version="3")

    assert answer.status_code == 409
    assert "Geht es weiter, kann die Person neu gefragt werden" in plain(answer.text)


async def test_changed_facts_are_read_out_again(stage: Stage, karin: Visitor):
    stage.refuse(matching.AnswerInvitation, "matching.request_changed")

    answer = await karin.send(f"/phone/{CALL}", answer="yes", version="2")

    assert answer.status_code == 409
    assert "lesen Sie die neuen Angaben vor" in answer.text


A_REQUEST = {
    "organisation_id": str(SCHOOL),
    "kind": "single",
    "field": "education",
    "title": "Lesepatin gesucht",
    "places": "1",
    "postcode": "04600",
    "contact_name": "Jana Ansprechbar",
    "contact_phone": "03447 800801",
    "languages.0.level": "B1",
    "languages.1.tag": "ar",
    "languages.1.level": "B2",
    "slots.2.on": "2030-12-02",
    "slots.2.from": "18:00",
    "slots.2.to": "20:00",
    "minors_present": "true",
    "deed": "post",
}


async def test_a_request_is_taken_by_telephone(stage: Stage, karin: Visitor):
    nonce = nonce_in(await karin.open("/requests/new"))

    answer = await karin.send("/requests/new", nonce=nonce, **A_REQUEST)

    (contact,) = stage.sent(network.KeepHandoverContact)
    assert (contact.name, contact.phone) == ("Jana Ansprechbar", "03447 800801")
    (wish,) = stage.sent(requests.PostRequest)
    assert wish.via is Via.PHONE
    assert wish.organisation_id == SCHOOL
    content = wish.content
    assert content.contact_id == CONTACT
    assert content.minors_present
    assert [(entry.tag, entry.level) for entry in content.languages] == [("ar", "B2")]
    assert [slot.starts_at.isoformat() for slot in content.slots] == [
        "2030-12-02T17:00:00+00:00"
    ]
    assert answer.headers["Location"] == f"/requests/{wish.request_id}?note=posted"
    assert "Jana" not in str(await stage.district.sql("SELECT * FROM admin.deeds"))
    assert "Jana" not in str(await stage.district.sql("SELECT * FROM admin.replies"))


async def test_a_refused_request_keeps_what_was_typed_and_names_the_row(
    stage: Stage, karin: Visitor
):
    stage.refuse(requests.PostRequest, "requests.slot_in_the_past", "slots.0.starts_at")
    nonce = nonce_in(await karin.open("/requests/new"))

    answer = await karin.send("/requests/new", nonce=nonce, **A_REQUEST)

    assert answer.status_code == 422
    assert 'href="#field-slots-2"' in answer.text
    assert "Diese Zeit ist schon vorbei." in answer.text
    for typed in ("Lesepatin gesucht", "Jana Ansprechbar", "2030-12-02"):
        assert f'value="{typed}"' in answer.text
    assert nonce_in(answer.text) != nonce

    stage.replies[requests.PostRequest] = lambda wish: requests.RequestPosted(
        request_id=wish.request_id, reference="2026-0001", status="open", version=1
    )
    again = await karin.send("/requests/new", nonce=nonce_in(answer.text), **A_REQUEST)
    assert again.status_code == 303


def refused_for(*fields: tuple[str, str]) -> FieldsRefused:
    def refusal(code: str, field: str) -> Refusal:
        return type("Refused", (Refusal,), {"code": code})("no", field=field)

    return FieldsRefused(refusal(code, field) for code, field in fields)


async def test_all_that_is_missing_is_named_at_once_with_what_to_do(
    stage: Stage, karin: Visitor
):
    def refuse(_query: requests.PreviewNeed) -> None:
        raise refused_for(
            ("requests.required", "title"),
            ("requests.place_required", "postcode"),
            ("requests.required", "kind"),
            ("requests.required", "field"),
            ("requests.dates_required", "slots"),
        )

    stage.answers[requests.PreviewNeed] = refuse

    answer = await karin.send("/requests/new", places="1", deed="post")

    assert answer.status_code == 422
    summary = answer.text.split("error-summary__list")[1].split("</ul>")[0]
    assert re.findall(r'href="#field-([^"]+)"', summary) == [
        "organisation_id", "kind", "field", "title", "slots", "postcode",
    ]  # fmt: skip
    told = plain(summary)
    for remedy in (
        "Bitte wählen Sie die Organisation. Fehlt sie in der Liste, nehmen Sie sie erst auf.",
        "Art: Bitte wählen Sie etwas aus.",
        "Titel: Bitte füllen Sie dieses Feld aus.",
        "Bitte geben Sie Termine an, oder Wochenzeiten",
        "Bitte geben Sie eine Postleitzahl an, oder dass es von überall geht.",
    ):
        assert remedy in told
    assert stage.taken == []


async def test_what_cannot_be_read_is_not_said_to_be_missing_as_well(
    stage: Stage, karin: Visitor
):
    asked: list[requests.PreviewNeed] = []

    def refuse(query: requests.PreviewNeed) -> None:
        asked.append(query)
        raise refused_for(("requests.dates_required", "slots"), ("requests.required", "title"))

    stage.answers[requests.PreviewNeed] = refuse
    unread = {"weekly.0.weekday": "1", "weekly.0.from": "spät", "weekly.0.to": "20:00"}
    typed = {**A_REQUEST, **unread, "places": "viele", "title": ""}
    typed = {name: value for name, value in typed.items() if not name.startswith("slots")}

    answer = await karin.send("/requests/new", **typed)

    summary = answer.text.split("error-summary__list")[1].split("</ul>")[0]
    named = re.findall(r'href="#field-([^"]+)"', summary)
    assert named == ["title", "places", "weekly-0-from"]
    assert [query.content.kind for query in asked] == ["single"]


async def test_while_requests_does_not_answer_what_is_seen_here_is_told(
    stage: Stage, karin: Visitor
):
    def broken(_query: requests.PreviewNeed) -> None:
        raise RuntimeError("on purpose")

    stage.answers[requests.PreviewNeed] = broken

    answer = await karin.send("/requests/new", places="1", deed="post")

    assert answer.status_code == 422
    assert "Bitte wählen Sie die Organisation." in answer.text
    assert "Es fehlt gerade etwas" in answer.text


async def test_a_request_that_was_not_saved_is_the_same_when_sent_again(
    lone: tuple[Stage, Visitor],
):
    stage, karin = lone
    nonce = nonce_in(await karin.open("/requests/new"))
    await stage.stop(Service.NETWORK)
    lost = await karin.send("/requests/new", nonce=nonce, **A_REQUEST)
    assert lost.status_code == 503
    assert nonce_in(lost.text) == nonce
    assert 'value="Lesepatin gesucht"' in lost.text
    await stage.start(Service.NETWORK)

    await karin.send("/requests/new", nonce=nonce, **A_REQUEST)
    await karin.send("/requests/new", nonce=nonce, **A_REQUEST)

    assert len(stage.sent(requests.PostRequest)) == 1


async def test_a_preview_stores_nothing(stage: Stage, karin: Visitor):
    answer = await karin.send("/requests/new", **(A_REQUEST | {"deed": "preview"}))

    assert "14 Menschen passen" in answer.text
    assert "6 haben dann Zeit" in answer.text
    assert stage.taken == []


async def test_every_wrong_field_is_told_at_once(karin: Visitor):
    answer = await karin.send("/requests/new", places="0", contact_phone="1", deed="post")

    assert answer.status_code == 422
    for field in ("organisation_id", "places", "contact_name"):
        assert f'href="#field-{field}"' in answer.text


A_VOLUNTEER = {
    "first_name": "Hanna",
    "phone": "03447 123456",
    "channel": "phone",
    "postcode": "04600",
    "locale": "de",
    "availability": "Mo 18-20; Sa 9-12",
    "languages.0.tag": "uk",
    "languages.0.level": "native",
    "languages.0.interprets": "true",
    "languages.1.level": "B1",
    "consent": "true",
}


async def test_a_volunteer_is_registered_by_telephone(stage: Stage, karin: Visitor):
    answer = await karin.send("/volunteers/new", **A_VOLUNTEER)

    assert answer.headers["Location"] == f"/volunteers/{JONAS}?note=volunteer_added"
    (wish,) = stage.sent(profiles.RegisterVolunteer)
    assert (wish.first_name, wish.via, wish.channel) == ("Hanna", Via.PHONE, "phone")
    assert wish.consented_on is not None
    assert [(times.weekday, times.from_, times.to) for times in wish.availability] == [
        (0, "18:00", "20:00"),
        (5, "09:00", "12:00"),
    ]
    assert [(one.tag, one.level, "interpret" in one.modes) for one in wish.languages] == [
        ("uk", "native", True)
    ]
    assert "Hanna" not in str(await stage.district.sql("SELECT * FROM admin.deeds"))


async def test_nobody_is_registered_without_consent(stage: Stage, karin: Visitor):
    typed = {key: value for key, value in A_VOLUNTEER.items() if key != "consent"}

    answer = await karin.send("/volunteers/new", **typed)

    assert answer.status_code == 422
    assert "Ohne Zustimmung" in answer.text
    assert stage.taken == []


async def test_unclear_times_are_told_at_their_field(karin: Visitor):
    answer = await karin.send("/volunteers/new", **(A_VOLUNTEER | {"availability": "immer"}))

    assert answer.status_code == 422
    assert 'href="#field-availability"' in answer.text
    assert 'value="immer"' in answer.text


async def test_an_organisation_is_taken_in_and_counts_as_verified(stage: Stage, karin: Visitor):
    answer = await karin.send(
        "/organisations/new",
        name="Sportverein Einheit",
        kind="association",
        contact_first_name="Karla",
        contact_last_name="Vereinsfrau",
        email="karla@verein.example",
    )

    assert answer.headers["Location"] == f"/organisations/{CLUB}?note=organisation_added"
    (wish,) = stage.sent(network.RegisterOrganisation)
    assert (wish.verified, wish.via) == (True, Via.PHONE)


async def test_the_script_says_in_whole_sentences_who_rings_and_what_is_shared(
    stage: Stage, karin: Visitor
):
    for shares, told in (
        (Share.PHONE, "Ihren Vornamen und die Telefonnummer."),
        (Share.COORDINATOR, "nur Ihren Vornamen. Erreichen kann sie Sie über uns."),
    ):
        cards = profiles.Cards(cards=(card(ANDREAS, shares=shares),))
        stage.answers[profiles.VolunteerCards] = lambda _, cards=cards: cards
        page = await karin.open(f"/phone/{CALL}")
        assert told in page
        assert "Guten Tag, hier spricht … von: " in page
