"""The coordinators' pages on real servers: what they show, what they lack, what they send."""

import re
from datetime import date

import pytest
import pytest_asyncio
from bs4 import BeautifulSoup, Tag

from services.admin.pages.today_groups import SHOWN
from shared.contracts import matching, network, profiles, reporting, requests
from shared.contracts.messages import Service
from shared.contracts.notifications import FindEmails, OutboxEntries
from shared.contracts.profiles import VolunteerErased
from shared.contracts.values import HeldCheck
from shared.kernel.clock import MachineClock
from shared.kernel.fields import Answer, Check, Share, Via
from shared.kernel.ids import new_id
from tests.admin_figures import furnish_figures
from tests.admin_stand_ins import (
    ANDREAS,
    CALL,
    CLUB,
    CONTACT,
    INVITATIONS,
    JONAS,
    LINKED,
    MARIAM,
    NAMES,
    NOW,
    OLENA,
    PIOTR,
    REQUEST,
    REVIEWED,
    SAMIRA,
    SCHOOL,
    TITLES,
    VERENA,
    Stage,
    Visitor,
    board,
    call_page,
    candidate,
    card,
    description,
    excluded,
    furnish,
    invitation,
    nonce_in,
    open_stage,
    places,
    reason,
    slot,
    words,
)
from tests.portal_scene import fields_of, one
from tests.servers import Servers, fresh_district

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(servers: Servers, tmp_path_factory: pytest.TempPathFactory):
    """One district for all tests that leave its servers running, and somebody signed in."""
    folder = tmp_path_factory.mktemp("admin")
    async with (
        fresh_district(servers, folder) as district,
        open_stage(district) as stage,
        stage.signed_in() as visitor,
    ):
        yield stage, visitor


@pytest_asyncio.fixture(loop_scope="module")
async def stage(opened: tuple[Stage, Visitor]):
    """The district with fresh data; nothing was sent yet."""
    stage, _ = opened
    furnish(stage)
    stage.taken.clear()
    await stage.district.sql("DELETE FROM admin.deeds")
    return stage


@pytest_asyncio.fixture(loop_scope="module")
async def karin(stage: Stage, opened: tuple[Stage, Visitor]):  # noqa: ARG001
    """Somebody signed in, in the district with fresh data."""
    return opened[1]


@pytest_asyncio.fixture(loop_scope="module")
async def lone(servers: Servers, tmp_path):
    """A district of its own, for a test that stops servers or owners."""
    async with (
        fresh_district(servers, tmp_path) as district,
        open_stage(district) as stage,
        stage.signed_in() as visitor,
    ):
        yield stage, visitor


async def deeds(stage: Stage) -> list[tuple[str, str, str | None]]:
    rows = await stage.district.sql("SELECT * FROM admin.deeds ORDER BY deed_id")
    return [(row["deed"], row["outcome"], row["detail"]) for row in rows]


def plain(page: str) -> str:
    """The words of a page."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


# -- Heute ---------------------------------------------------------------------------------------


async def test_today_lists_everything_that_needs_a_human(karin: Visitor):
    page = await karin.open("/")

    for title in (
        "1 Anruf", "1 Zusage bestätigen", "1 Auswahl freigeben", "1 Anfrage prüfen",
        "1 Anfrage, für die niemand mehr da ist", "1 Organisation prüfen",
        "1 Erstgespräch führen", "2 Mails kamen nicht an",
    ):  # fmt: skip
        assert title in page, title
    for url in (
        f"/phone/{CALL}", f"/requests/{REQUEST}#places", f"/requests/{REVIEWED}",
        f"/organisations/{CLUB}", f"/volunteers/{JONAS}", "/mails?state=failed",
    ):  # fmt: skip
        assert f'href="{url}"' in page, url


async def test_who_gave_only_an_address_can_be_written_to(stage: Stage, karin: Visitor):
    for path, address in (
        ("/", "person3@volunteer.example"),
        ("/", "kontakt1@organisation.example"),
        (f"/volunteers/{JONAS}", "person3@volunteer.example"),
        (f"/organisations/{CLUB}", "kontakt1@organisation.example"),
        ("/volunteers", "person3@volunteer.example"),
        ("/organisations", "kontakt1@organisation.example"),
        (f"/requests/{REQUEST}/people/{JONAS}", "person3@volunteer.example"),
    ):
        page = await karin.open(path)
        assert f'href="mailto:{address}"' in page, path
        assert "keine Nummer" not in page, path
    async with stage.signed_in("technik@landkreis.example", "operator") as operator:
        assert "@volunteer.example" not in await operator.open("/")
        await operator.open(f"/volunteers/{JONAS}", 403)


async def test_today_is_glad_when_nothing_is_to_be_done(stage: Stage, karin: Visitor):
    stage.answers |= {
        requests.FindRequests: lambda _: requests.RequestList(requests=()),
        network.FindOrganisations: lambda _: network.OrganisationCards(cards=()),
        matching.OpenDecisions: lambda _: matching.Decisions(decisions=()),
        matching.OpenPhoneTasks: lambda _: matching.PhoneTasks(tasks=()),
        profiles.FindVolunteers: lambda _: profiles.Cards(cards=()),
        FindEmails: lambda _: OutboxEntries(entries=()),
    }

    assert "Alles erledigt. Wie schön!" in await karin.open("/")


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


# -- deeds about a request -----------------------------------------------------------------------


async def test_a_button_sends_its_command_once_however_often_it_is_pressed(
    stage: Stage, karin: Visitor
):
    nonce = nonce_in(await karin.open(f"/requests/{REVIEWED}"))
    for _ in range(2):
        answer = await karin.send(f"/requests/{REVIEWED}/deeds", deed="approve", nonce=nonce)
        assert answer.headers["Location"] == f"/requests/{REVIEWED}?note=approved"

    (wish,) = stage.sent(requests.ApproveRequest)
    assert len(await deeds(stage)) == 1
    assert wish.request_id == REVIEWED
    assert wish.staff_id is not None
    assert wish.via is Via.WEB
    assert "Freigegeben" in await karin.open(answer.headers["Location"])


@pytest.mark.parametrize(
    ("deed", "wish"),
    [
        ("approve", requests.ApproveRequest),
        ("cancel", requests.CancelRequest),
        ("complete", requests.CompleteRequest),
        ("approve_wave", matching.ApproveWave),
        ("ask_more", matching.AskMore),
        ("stop", matching.StopMatching),
        ("resume", matching.ResumeMatching),
    ],
)
async def test_each_button_of_a_request_sends_its_own_wish(
    stage: Stage, karin: Visitor, deed: str, wish: type
):
    answer = await karin.send(
        f"/requests/{REQUEST}/deeds",
        deed=deed,
        reason="enough_people",
        reason_ask_more="urgent",
        really="true",
        volunteer_ids=str(JONAS),
    )

    assert answer.status_code == 303
    assert [sent.request_id for sent in stage.sent(wish)] == [REQUEST]
    assert len(stage.taken) == 1
    ((name, outcome, _),) = await deeds(stage)
    assert (name, outcome) == (wish.snake_name, "done")


@pytest.mark.parametrize(
    ("deed", "wish"),
    [
        ("invite", matching.InviteVolunteer),
        ("assign", matching.AssignVolunteer),
        ("exclude", matching.ExcludeVolunteer),
        ("hold_back", matching.HoldBackVolunteer),
        ("release", matching.ReleaseVolunteer),
    ],
)
async def test_a_deed_about_somebody_needs_a_reason_and_sends_it(
    stage: Stage, karin: Visitor, deed: str, wish: type
):
    url = f"/requests/{REQUEST}/people/{JONAS}"
    without = await karin.send(url, deed=deed)
    assert without.status_code == 422
    assert "Bitte wählen Sie einen Grund" in without.text
    assert stage.taken == []

    answer = await karin.send(url, deed=deed, **{f"reason_{deed}": "other"})

    assert answer.status_code == 303
    (sent,) = stage.sent(wish)
    assert (sent.request_id, sent.volunteer_id, sent.reason) == (REQUEST, JONAS, "other")
    assert await deeds(stage) == [(wish.snake_name, "done", "other")]


async def test_more_are_asked_only_with_a_reason_and_as_many_as_chosen(
    stage: Stage, karin: Visitor
):
    url = f"/requests/{REQUEST}/deeds"
    stage.answers[matching.ShowBoard] = lambda _: board(
        invitations=(), candidates=(candidate(JONAS, 1),), places=places(REQUEST, reserved=0)
    )
    assert "Jetzt mehr Menschen fragen" in await karin.open(f"/requests/{REQUEST}")

    without = await karin.send(url, deed="ask_more", people="5")
    assert without.status_code == 422
    assert "Bitte wählen Sie einen Grund" in without.text
    assert stage.taken == []
    answer = await karin.send(url, deed="ask_more", people="5", reason_ask_more="few_answer")

    assert answer.headers["Location"] == f"/requests/{REQUEST}?note=asked_more"
    (sent,) = stage.sent(matching.AskMore)
    assert (sent.people, sent.reason) == (5, "few_answer")


async def test_who_is_held_back_can_be_let_in_again(stage: Stage, karin: Visitor):
    url = f"/requests/{REQUEST}/people/{JONAS}"
    held = reason("held_back", until="2090-01-06T08:00:00+01:00")
    stage.answers[matching.ShowBoard] = lambda _: board(
        candidates=(candidate(JONAS, 1, not_now=(held,)),)
    )
    page = await karin.open(url)
    assert 'value="readmit"' in page
    assert 'value="hold_back"' not in page
    assert "06.01.2090" in page

    answer = await karin.send(url, deed="readmit")

    assert answer.headers["Location"] == f"/requests/{REQUEST}?note=readmitted"
    (sent,) = stage.sent(matching.ReadmitVolunteer)
    assert sent.volunteer_id == JONAS


async def test_for_how_long_somebody_is_held_back_is_chosen(stage: Stage, karin: Visitor):
    url = f"/requests/{REQUEST}/people/{JONAS}"
    wrong = await karin.send(url, deed="hold_back", days="900", reason_hold_back="other")
    assert wrong.status_code == 422

    await karin.send(url, deed="hold_back", days="14", reason_hold_back="kept_for_other")

    (sent,) = stage.sent(matching.HoldBackVolunteer)
    assert (sent.days, sent.reason) == (14, "kept_for_other")


async def test_figures_are_summed_by_month_field_and_place(stage: Stage, karin: Visitor):
    furnish_figures(stage)

    page = BeautifulSoup(await karin.open("/figures?months=3"), "html.parser")

    months, fields, places_ = page.find_all("table")
    assert rows_of(months) == [
        ["November 2026", "13", "21", "18", "79", "21", "10", "46"],
        ["Oktober 2026", "4", "9", "7", "31", "8", "3", "0"],
    ]
    assert rows_of(fields)[0] == ["Bildung", "5", "10", "7", "33", "8", "3", "0"]
    assert [row[0] for row in rows_of(places_)] == [
        "Gößnitz",
        "Langenleuba-Niederhain",
        "außerhalb des Landkreises oder von überall",
    ]


async def test_the_proposals_page_says_how_good_they_are(stage: Stage, karin: Visitor):
    furnish_figures(stage)

    page = await karin.open("/figures/proposals")

    assert "Von 412 Gefragten waren 104 Zusagen zu erwarten, 111 kamen." in page
    assert "Die Chancen sagen mehr als der bloße Durchschnitt." in page
    assert "17 Auswahlen lagen vor, 12 davon blieben unverändert." in page
    assert "Ich kenne die Person" in page


async def test_a_few_answers_are_no_ground_for_a_judgement(stage: Stage, karin: Visitor):
    few = matching.Foretold(asks=2, expected=0.6, came=2, brier=0.47, brier_of_average=0.0)
    stage.answers[matching.ShowEngineReport] = lambda _: matching.EngineReport(
        since=NOW, until=NOW, by_engine=few
    )

    page = await karin.open("/figures/proposals")

    assert "Für ein Urteil sind das noch zu wenige." in page
    assert "Durchschnitt." not in page


async def test_figures_of_an_empty_district_say_so(stage: Stage, karin: Visitor):
    stage.answers |= {
        reporting.FiguresBetween: lambda _: reporting.Figures(figures=()),
        matching.ShowEngineReport: lambda _: matching.EngineReport(since=NOW, until=NOW),
    }

    assert "Noch nichts" in await karin.open("/figures?months=nonsense")
    assert "Noch keine Frage ist entschieden." in await karin.open("/figures/proposals")


def rows_of(table: Tag) -> list[list[str]]:
    """The body of a table as a reader sees it."""
    return [
        [
            (cell.select_one(".stacking-table__value") or cell).get_text(strip=True)
            for cell in row.find_all(["th", "td"])
        ]
        for row in table.select("tbody tr")
    ]


async def test_a_reservation_is_confirmed_or_declined(stage: Stage, karin: Visitor):
    url = f"/requests/{REQUEST}/people/{SAMIRA}"
    await karin.send(url, deed="confirm")
    await karin.send(url, deed="decline")

    confirmed, declined = stage.sent(matching.DecideReservation)
    assert (confirmed.confirm, declined.confirm) == (True, False)
    assert confirmed.volunteer_id == SAMIRA


@pytest.mark.parametrize("answer", list(Answer))
async def test_somebody_who_rings_is_answered_for(stage: Stage, karin: Visitor, answer: Answer):
    url = f"/requests/{REQUEST}/people/{VERENA}"
    response = await karin.send(url, deed=answer.value, invitation_id=str(INVITATIONS[0]))

    assert response.headers["Location"] == f"{url}?note=answered"
    (sent,) = stage.sent(matching.AnswerInvitation)
    assert (sent.answer, sent.via, sent.invitation_id) == (answer, Via.PHONE, INVITATIONS[0])
    assert await deeds(stage) == [("answer_invitation", "done", answer.value)]


@pytest.mark.parametrize(
    ("deed", "wish"), [("skip", matching.SkipDate), ("unskip", matching.UnskipDate)]
)
async def test_somebody_who_rings_skips_a_date_or_takes_it_back(
    stage: Stage, karin: Visitor, deed: str, wish: type
):
    url = f"/requests/{REQUEST}/people/{VERENA}"
    named = {"deed": deed, "invitation_id": str(INVITATIONS[0])}
    without = await karin.send(url, **named)
    assert without.status_code == 422
    assert "Bitte wählen Sie einen Tag." in without.text
    date = slot(5).starts_at

    response = await karin.send(url, **named, starts_at=date.isoformat())

    assert response.headers["Location"] == f"{url}?note=date_{deed}ped"
    (sent,) = stage.sent(wish)
    assert (sent.starts_at, sent.via, sent.invitation_id) == (date, Via.PHONE, INVITATIONS[0])
    assert await deeds(stage) == [(wish.snake_name, "done", None)]


async def test_the_page_of_a_series_shows_who_skips_what_and_who_comes_instead(karin: Visitor):
    page = await karin.open(f"/requests/{REQUEST}")

    assert "Setzt an einem Tag aus" in page
    assert page.count(f'href="/requests/{LINKED}"') == 2
    assert "noch niemand" in page


@pytest.mark.parametrize(
    ("said", "via"),
    [("agreed_by_phone", Via.PHONE), ("agreed_in_person", Via.OFFICE), ("other", Via.OFFICE)],
)
async def test_a_place_given_by_hand_says_how_it_was_agreed(
    stage: Stage, karin: Visitor, said: str, via: Via
):
    await karin.send(f"/requests/{REQUEST}/people/{JONAS}", deed="assign", reason_assign=said)

    (sent,) = stage.sent(matching.AssignVolunteer)
    assert sent.via is via


async def test_calling_off_wants_a_tick(stage: Stage, karin: Visitor):
    answer = await karin.send(f"/requests/{REQUEST}/deeds", deed="cancel")

    assert answer.status_code == 422
    assert "wirklich absagen" in answer.text
    assert stage.taken == []


async def test_calling_off_says_how_many_get_a_mail_and_who_must_be_rung(
    stage: Stage, karin: Visitor
):
    told = plain(await karin.open(f"/requests/{REQUEST}"))
    assert "Absagen: 3 Menschen bekommen eine Mail." in told
    assert "Bitte rufen Sie an" not in told

    answer = board().model_copy(
        update={
            "reserved": (),
            "waiting": (),
            "assigned": (ANDREAS,),
            "invitations": (
                invitation(0, SAMIRA),
                invitation(1, OLENA, answer=Answer.NO),
                invitation(2, PIOTR, state="planned"),
            ),
        }
    )
    stage.answers[matching.ShowBoard] = lambda _: answer
    told = plain(await karin.open(f"/requests/{REQUEST}"))
    assert "Absagen: 1 Mensch bekommt eine Mail." in told
    assert f"Bitte rufen Sie an: {NAMES[ANDREAS]}" in told


async def test_a_part_of_a_wave_is_approved_and_never_an_empty_one(
    stage: Stage, karin: Visitor
):
    page = await karin.open(f"/requests/{REQUEST}")
    assert re.search(rf'value="{MARIAM}"[^>]* checked', page)
    url = f"/requests/{REQUEST}/deeds"
    nobody = await karin.send(url, deed="approve_wave")
    assert nobody.status_code == 422
    assert stage.taken == []

    await karin.send(url, deed="approve_wave", volunteer_ids=[str(MARIAM), str(JONAS)])

    (wish,) = stage.sent(matching.ApproveWave)
    assert wish.volunteer_ids == (MARIAM, JONAS)


async def test_a_refusal_is_told_in_german_and_what_was_chosen_stays(
    stage: Stage, karin: Visitor
):
    stage.refuse(matching.AssignVolunteer, "matching.no_free_place")
    url = f"/requests/{REQUEST}/people/{PIOTR}"

    answer = await karin.send(url, deed="assign", reason_assign="agreed_by_phone")

    assert answer.status_code == 409
    assert "Alle Plätze sind vergeben" in answer.text
    assert 'value="agreed_by_phone" selected' in answer.text
    assert await deeds(stage) == [("assign_volunteer", "refused", "agreed_by_phone")]


async def test_a_command_without_its_handler_is_told_as_received(lone: tuple[Stage, Visitor]):
    stage, karin = lone
    await stage.stop(Service.REQUESTS)

    answer = await karin.send(f"/requests/{REQUEST}/deeds", deed="complete")

    assert answer.headers["Location"] == f"/requests/{REQUEST}?note=received"
    assert "wird noch bearbeitet" in await karin.open(answer.headers["Location"])
    assert await deeds(stage) == [("complete_request", "received", None)]


async def test_a_request_shows_people_reasons_and_what_happened(karin: Visitor):
    page = await karin.open(f"/requests/{REQUEST}")
    told = plain(page)

    for text in (
        "spricht Arabisch, Deutsch, 6,4 km entfernt, hat dann Zeit",
        "Wurde in sieben Tagen 2-mal gefragt, gewünscht sind höchstens 2.",
        "Zu weit weg: 41",
        "Der Weg ist 31 km, gewünscht sind höchstens 15 km.",
        "Verschwiegenheit gilt bis 01.11.2026, gebraucht am 02.12.2026.",
        "Arabisch auf Stufe B1, gebraucht wird C1.",
        f"{NAMES[VERENA]} sagt: Ja (im Netz).",
        "Mail verschickt: Anfrage an Freiwillige.",
        "Jana Ansprechbar",
    ):
        assert text in told, text
    assert "Schon gefragt: 4" not in told


async def test_a_stop_says_beforehand_how_many_open_questions_it_withdraws(
    stage: Stage, karin: Visitor
):
    assert "zurückgezogen ist" not in await karin.open(f"/requests/{REQUEST}")
    open_ones = (
        invitation(0, VERENA),
        invitation(1, SAMIRA, answer=Answer.LATER),
        invitation(2, ANDREAS, channel="phone"),
        invitation(3, MARIAM, state="expired"),
    )
    stage.answers[matching.ShowBoard] = lambda _: board(invitations=open_ones)

    page = await karin.open(f"/requests/{REQUEST}")

    assert "2 Personen sind noch gefragt und bekommen dann eine Mail" in page
    assert "Das lässt sich nicht zurücknehmen." in page.split("Anhalten oder absagen")[1]


@pytest.mark.parametrize(("answer", "offered"), [(None, True), (Answer.YES, False)])
async def test_who_was_withdrawn_before_an_answer_can_be_invited_by_hand(
    stage: Stage, karin: Visitor, answer: Answer | None, *, offered: bool
):
    stage.answers[matching.ShowBoard] = lambda _: board(
        invitations=(invitation(0, PIOTR, state="withdrawn", answer=answer),),
        excluded=(excluded(PIOTR, reason("invitation_withdrawn", wave=1)),),
    )

    page = await karin.open(f"/requests/{REQUEST}/people/{PIOTR}")

    assert ('name="reason_invite"' in page) == offered
    assert "Die Frage an diese Person wurde zurückgezogen" in page


async def test_who_is_asked_or_holds_a_place_is_not_said_to_be_left_out(
    stage: Stage, karin: Visitor
):
    busy = reason("overlapping_place")
    stage.answers[matching.ShowBoard] = lambda _: board(
        invitations=(invitation(0, JONAS),),
        candidates=(),
        assigned=(VERENA,),
        excluded=tuple(
            excluded(one, reason("already_asked"), busy) for one in (JONAS, VERENA, PIOTR)
        ),
    )

    for who, told in ((JONAS, False), (VERENA, False), (PIOTR, True)):
        page = await karin.open(f"/requests/{REQUEST}/people/{who}")
        assert ("Warum diese Person nicht gefragt wird" in page) == told


async def test_an_unknown_request_is_not_there(karin: Visitor):
    assert "Diese Anfrage gibt es nicht" in await karin.open(f"/requests/{new_id()}", 404)


# -- the telephone -------------------------------------------------------------------------------


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


async def test_changed_facts_are_read_out_again(stage: Stage, karin: Visitor):
    stage.refuse(matching.AnswerInvitation, "matching.request_changed")

    answer = await karin.send(f"/phone/{CALL}", answer="yes", version="2")

    assert answer.status_code == 409
    assert "lesen Sie die neuen Angaben vor" in answer.text


# -- by telephone: requests, people, organisations -----------------------------------------------

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
    for field in ("organisation_id", "places"):
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


# -- volunteers, organisations, mails -------------------------------------------------------------


def typed_in(page: str) -> dict[str, str | list[str]]:
    """What a browser would send of the form for a description, as it stands."""
    form = one(
        BeautifulSoup(page, "html.parser"), f"main {CHANGE}:has([name=version]):has(fieldset)"
    )
    return fields_of(BeautifulSoup(str(form), "html.parser"))


CHANGE = "form[action$='/change']"


async def test_a_description_that_is_saved_as_it_stands_is_sent_as_it_is_known(
    stage: Stage, karin: Visitor
):
    url = f"/volunteers/{VERENA}"
    assert f'href="{url}/change"' in await karin.open(url)

    answer = await karin.send(f"{url}/change", **typed_in(await karin.open(f"{url}/change")))

    assert answer.headers["Location"] == f"{url}?note=volunteer_changed", answer.text
    (wish,) = stage.sent(profiles.ChangeVolunteer)
    assert (wish.volunteer_id, wish.version, wish.via) == (VERENA, 3, Via.PHONE)
    assert wish.staff_id is not None
    known = description()
    again = profiles.VolunteerDescription.model_validate(wish.model_dump())
    assert again == known.model_copy(update={"absences": known.absences[1:]})
    assert await deeds(stage) == [("change_volunteer", "done", None)]
    assert "Angaben am Telefon geändert" in await karin.open(url)


async def test_what_somebody_says_on_the_telephone_is_changed(stage: Stage, karin: Visitor):
    url = f"/volunteers/{VERENA}/change"
    typed = typed_in(await karin.open(url)) | {
        "email": "verena@new.example",
        "languages.1.tag": "",
        "absences.1.from_on": "2091-05-01",
        "availability": "",
        "gender": "",
    }
    del typed["languages.0.interprets"]

    assert (await karin.send(url, **typed)).status_code == 303

    (wish,) = stage.sent(profiles.ChangeVolunteer)
    assert (wish.email, wish.availability, wish.gender) == ("verena@new.example", None, None)
    assert [(one.tag, one.modes) for one in wish.languages] == [("de", ("write",))]
    assert [one.to_on for one in wish.absences] == [date(2090, 1, 6), date(2091, 5, 1)]


async def test_a_description_that_was_changed_meanwhile_is_looked_at_again(
    stage: Stage, karin: Visitor
):
    url = f"/volunteers/{VERENA}/change"
    typed = typed_in(await karin.open(url)) | {"version": "2", "radius_km": "7"}
    stage.refuse(profiles.ChangeVolunteer, "profiles.version_outdated", "version")

    answer = await karin.send(url, **typed)

    assert answer.status_code == 422
    assert "inzwischen geändert" in answer.text
    kept = typed_in(answer.text)
    assert (kept["version"], kept["radius_km"]) == ("3", "7")


async def test_what_is_wrong_with_a_description_is_told_at_its_row(
    stage: Stage, karin: Visitor
):
    url = f"/volunteers/{VERENA}/change"
    typed = typed_in(await karin.open(url)) | {
        "absences.0.from_on": "",
        "absences.0.to_on": "",
        "absences.1.from_on": "2091-05-01",
        "absences.1.to_on": "2091-04-01",
    }
    stage.refuse(profiles.ChangeVolunteer, "profiles.absence_unclear", "absences.0.to_on")

    answer = await karin.send(url, **typed)

    assert answer.status_code == 422
    assert 'href="#field-absences-1-to_on"' in answer.text


async def test_a_description_survives_that_profiles_is_away(lone: tuple[Stage, Visitor]):
    stage, visitor = lone
    url = f"/volunteers/{VERENA}/change"
    typed = typed_in(await visitor.open(url)) | {"radius_km": "7"}
    await stage.stop(Service.PROFILES)

    answer = await visitor.send(url, **typed)

    assert answer.status_code == 503
    assert "Nicht gespeichert" in answer.text
    kept = typed_in(answer.text)
    assert kept == typed


async def test_checks_are_ticked_with_their_last_valid_day(stage: Stage, karin: Visitor):
    url = f"/volunteers/{JONAS}"
    assert "Erstgespräch geführt" in await karin.open(url)
    await karin.send(url, deed="first_talk")
    await karin.send(url, deed="check", check="conduct_certificate", valid_until="2031-01-31")
    lacking = await karin.send(url, deed="check", check="training", valid_until="")

    talk, certificate = stage.sent(profiles.RecordCheck)
    assert talk.held.check is Check.FIRST_TALK
    assert certificate.held.valid_until == date(2031, 1, 31)
    assert lacking.status_code == 422
    assert "letzten gültigen Tag" in lacking.text


async def test_somebody_pauses_and_comes_back(stage: Stage, karin: Visitor):
    url = f"/volunteers/{VERENA}"
    await karin.send(url, deed="pause", weeks="6")
    await karin.send(url, deed="pause")
    await karin.send(url, deed="resume")

    assert [wish.weeks for wish in stage.sent(profiles.PauseVolunteer)] == [6, None]
    assert len(stage.sent(profiles.ResumeVolunteer)) == 1


async def test_erasing_wants_a_tick(stage: Stage, karin: Visitor):
    for url, wish in (
        (f"/volunteers/{VERENA}", profiles.EraseVolunteer),
        (f"/organisations/{SCHOOL}", network.EraseOrganisation),
    ):
        refused = await karin.send(url, deed="erase")
        assert refused.status_code == 422
        assert stage.sent(wish) == []
        assert (await karin.send(url, deed="erase", really="true")).status_code == 303
        assert len(stage.sent(wish)) == 1


async def test_an_export_is_a_file_and_is_logged(stage: Stage, karin: Visitor):
    answer = await karin.client.get(f"/volunteers/{VERENA}/export")

    assert answer.headers["Content-Disposition"].startswith("attachment")
    (told,) = answer.json()["disclosures"]
    assert (told["organisation"], told["given"]) == (
        "Grundschule „Martin Luther“ Altenburg",
        ["first_name", "email"],
    )
    assert [deed for deed, _, _ in await deeds(stage)] == ["export_volunteer"]


async def test_the_log_tells_who_did_what_with_names_asked_when_shown(
    stage: Stage, karin: Visitor
):
    district = stage.district
    await karin.send("/account", display_name="Karin Amtsfrau")
    await karin.send(
        f"/requests/{REQUEST}/people/{PIOTR}", deed="invite", reason_invite="knows_them"
    )

    told = "Karin Amtsfrau hat Piotr Wiśniewski einladen lassen: Ich kenne die Person."
    assert told in await karin.open("/log")
    assert told in await karin.open(f"/requests/{REQUEST}")

    profiles_service = stage.running[Service.PROFILES]
    async with profiles_service.work() as work:
        await work.publish(
            VolunteerErased(volunteer_id=PIOTR, occurred_at=MachineClock().now())
        )

    async def forgotten():
        return not await district.sql(
            "SELECT 1 FROM admin.deeds WHERE volunteer_id = $1", PIOTR
        )

    await district.until(forgotten)
    assert "Karin Amtsfrau hat [gelöschte Person] einladen lassen" in await karin.open("/log")


async def test_mails_show_states_and_no_address(karin: Visitor):
    page = await karin.open(f"/mails?request_id={REQUEST}")

    assert "Nicht zugestellt" in page
    assert "550 5.1.1" in page
    assert NAMES[VERENA] in page
    assert "@" not in re.sub(r"karin@landkreis\.example", "", page)


async def test_filters_ask_for_what_was_chosen(stage: Stage, karin: Visitor):
    asked = []

    def note(query):
        asked.append(query)
        return requests.RequestList(requests=(), total=80)

    stage.answers[requests.FindRequests] = note
    await karin.open("/requests?status=review&field=work&page=3")
    await karin.open("/requests?status=all")
    await karin.open("/requests?status=nonsense&field=nonsense&page=-4")

    assert [(q.status, q.field, q.offset) for q in asked] == [
        (("review",), "work", 50),
        ((), None, 0),
        (("review", "open", "filled"), None, 0),
    ]


async def test_today_shows_a_few_of_many_and_where_the_others_are(stage: Stage, karin: Visitor):
    many = tuple(
        profiles.Card(
            volunteer_id=new_id(),
            name=f"Person {n}",
            state="active",
            known=False,
            channel="email",
        )
        for n in range(20)
    )
    stage.answers[profiles.FindVolunteers] = lambda _: profiles.Cards(cards=many)

    page = await karin.open("/")

    assert "20 Erstgespräche führen" in page
    assert page.count("Person ") == SHOWN
    assert "Alle 20 ansehen" in page


async def test_a_request_whose_people_are_all_spared_is_on_todays_list(
    stage: Stage, karin: Visitor
):
    spared = matching.Decision(what="all_spared", request_id=REQUEST, people=2)
    stage.answers[matching.OpenDecisions] = lambda _: matching.Decisions(
        decisions=(spared,), total=1
    )

    today = await karin.open("/")

    assert "1 Anfrage, bei der alle geschont werden, die passen" in today
    assert "2 Plätze frei" in today
    assert "auf der Seite der Anfrage geht es auch gleich" in today
    assert "Alle, die passen, werden geschont" in await karin.open("/requests?waits=all_spared")


async def test_every_group_leads_to_all_of_it_and_same_titles_can_be_told_apart(
    stage: Stage, karin: Visitor
):
    ids = [new_id() for _ in range(26)]
    waiting = tuple(
        matching.Decision(what="approve_wave", request_id=one, people=3) for one in ids
    )
    stage.answers[matching.OpenDecisions] = lambda _: matching.Decisions(
        decisions=waiting, total=26
    )
    stage.answers[requests.WordsOf] = lambda query: requests.WordsOfMany(
        words=tuple(
            words(REQUEST).model_copy(
                update={"request_id": one, "reference": f"2026-{ids.index(one):04}"}
            )
            for one in query.request_ids
            if one in ids
        )
    )

    today = await karin.open("/")
    assert "Alle 26 ansehen" in today
    assert 'href="/requests?waits=approve_wave"' in today
    assert "Grundschule „Martin Luther“ Altenburg, 2026-0003, 3 Menschen vorgeschlagen" in today

    first = await karin.open("/requests?waits=approve_wave")
    second = await karin.open("/requests?waits=approve_wave&page=2")
    assert "26 Anfragen" in first
    assert "Auswahl freigeben" in first
    assert first.count('href="/requests/') - 1 == 25
    assert f"/requests/{ids[25]}" in second
    assert re.search(r'href="[^"]*waits=approve_wave[^"]*page=2', first)
    assert "Hier ist nichts" in await karin.open("/requests?waits=nobody_left")


@pytest.mark.parametrize(
    ("valid_until", "told"),
    [(date(2999, 12, 31), "gilt ohne Ende"), (date(2027, 6, 30), "gilt bis 30.06.2027")],
)
async def test_a_first_talk_that_was_held_is_said_with_its_end(
    stage: Stage, karin: Visitor, valid_until: date, told: str
):
    held = HeldCheck(check=Check.FIRST_TALK, valid_until=valid_until)
    stage.answers[profiles.VolunteerCards] = lambda _: profiles.Cards(
        cards=(card(VERENA, checks=(held,)),)
    )

    page = await karin.open(f"/volunteers/{VERENA}")

    assert f"Das Erstgespräch ist geführt und {told}." in page
    assert 'value="first_talk"' not in page.split("<select")[0]


@pytest.mark.parametrize(
    ("code", "offered"), [("excluded_by_coordinator", False), ("paused", True)]
)
async def test_not_to_ask_is_not_offered_a_second_time(
    stage: Stage, karin: Visitor, code: str, *, offered: bool
):
    stage.answers[matching.ShowBoard] = lambda _: board(
        excluded=(excluded(PIOTR, reason(code)),)
    )

    page = await karin.open(f"/requests/{REQUEST}/people/{PIOTR}")

    assert ('value="exclude"' in page) == offered


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
