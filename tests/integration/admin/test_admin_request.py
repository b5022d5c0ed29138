"""The page of a request and of its people: every button sends its wish once."""

import re
from uuid import UUID

import pytest

from shared.contracts import matching, requests
from shared.kernel.fields import Answer, Via
from tests.admin_district import (
    A_FREE_PLACE,
    ANDREAS,
    INVITATIONS,
    JONAS,
    LINKED,
    MARIAM,
    NAMES,
    OLENA,
    PIOTR,
    REQUEST,
    REVIEWED,
    SAMIRA,
    VERENA,
    board,
    candidate,
    invitation,
    places,
    reason,
    slot,
)
from tests.admin_stage import NOW, Stage, Visitor, deeds, nonce_in, plain

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module")]


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
        reason_stop="enough_people",
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
    folded = re.compile(
        r"<details([^>]*)>\s*<summary[^>]*><span[^>]*>Jetzt mehr Menschen fragen"
    )
    assert folded.findall(await karin.open(f"/requests/{REQUEST}")) == [
        ' class="kern-accordion"'
    ]

    without = await karin.send(url, deed="ask_more", people="5")
    assert without.status_code == 422
    assert folded.findall(without.text) == [' class="kern-accordion" open'], "the error is seen"
    assert "Bitte wählen Sie einen Grund" in without.text
    assert stage.taken == []
    answer = await karin.send(url, deed="ask_more", people="5", reason_ask_more="few_answer")

    assert answer.headers["Location"] == f"/requests/{REQUEST}?asked=5&wished=5"
    (sent,) = stage.sent(matching.AskMore)
    assert (sent.people, sent.reason) == (5, "few_answer")


async def test_a_stop_has_a_reason_that_somebody_chose(stage: Stage, karin: Visitor):
    page = await karin.open(f"/requests/{REQUEST}")
    (options,) = re.findall(r'<select[^>]*name="reason_stop".*?</select>', page, re.DOTALL)
    assert "selected" not in options
    assert '<option value="">Bitte wählen</option>' in options

    url = f"/requests/{REQUEST}/deeds"
    without = await karin.send(url, deed="stop", reason_stop="")
    assert without.status_code == 422
    assert "Grund fürs Anhalten: Bitte wählen Sie einen Grund." in plain(without.text)
    assert stage.taken == []
    await karin.send(url, deed="stop", reason_stop="enough_people")

    (sent,) = stage.sent(matching.StopMatching)
    assert sent.reason == "enough_people"


async def test_a_stop_that_came_second_stands_in_the_log_and_not_in_the_history(
    stage: Stage, karin: Visitor
):
    url = f"/requests/{REQUEST}/deeds"
    first = await karin.send(url, deed="stop", reason_stop="enough_people")
    stage.replies[matching.StopMatching] = lambda _: matching.Changed(
        places=places(REQUEST), already=True
    )
    second = await karin.send(url, deed="stop", reason_stop="clarifying")

    assert second.headers["Location"] == first.headers["Location"]
    assert await deeds(stage) == [
        ("stop_matching", "done", "enough_people"),
        ("stop_matching", "unchanged", "clarifying"),
    ]
    assert plain(await karin.open(f"/requests/{REQUEST}")).count("Einladen angehalten:") == 1
    log = plain(await karin.open("/log"))
    assert log.count("Einladen angehalten:") == 2
    assert log.count("(war schon so)") == 1


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


async def test_a_reservation_is_confirmed_or_declined(stage: Stage, karin: Visitor):
    url = f"/requests/{REQUEST}/people/{SAMIRA}"
    await karin.send(url, deed="confirm")
    await karin.send(url, deed="decline", really="true")

    confirmed, declined = stage.sent(matching.DecideReservation)
    assert (confirmed.confirm, declined.confirm) == (True, False)
    assert confirmed.volunteer_id == SAMIRA


@pytest.mark.parametrize("answer", list(Answer))
async def test_somebody_who_rings_is_answered_for(stage: Stage, karin: Visitor, answer: Answer):
    url = f"/requests/{REQUEST}/people/{VERENA}"
    said = {"deed": answer.value, "invitation_id": str(INVITATIONS[0])}
    response = await karin.send(
        url, **said, **({"really_no": "true"} if answer == "no" else {})
    )

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


async def test_turning_down_who_said_yes_is_no_slip(stage: Stage, karin: Visitor):
    here = f"/requests/{REQUEST}/people/{SAMIRA}"
    page = await karin.open(f"/requests/{REQUEST}")
    assert 'value="confirm"' in page
    assert 'value="decline"' not in page, "one tap beside the other button"
    assert f'href="{here}#decline"' in page

    told = plain(await karin.open(here))
    assert f"Ja, {NAMES[SAMIRA]} bekommt diesen Platz nicht" in told
    assert "Die Person bekommt gleich eine Mail" in told
    answer = await karin.send(here, deed="decline")

    assert answer.status_code == 422
    assert "wenn die Person den Platz wirklich nicht bekommt" in answer.text
    assert stage.taken == []
    await karin.send(here, deed="decline", really="true")
    assert [one.confirm for one in stage.sent(matching.DecideReservation)] == [False]


@pytest.mark.parametrize(
    ("who", "number", "ticks"),
    [
        (VERENA, 0, "gibt den Platz zurück"),
        (SAMIRA, 1, "gibt den Platz zurück"),
        (OLENA, 2, "möchte nicht mehr auf der Warteliste stehen"),
    ],
)
async def test_a_no_that_costs_a_place_is_no_slip(
    stage: Stage, karin: Visitor, who: UUID, number: int, ticks: str
):
    here = f"/requests/{REQUEST}/people/{who}"
    said = {"deed": "no", "invitation_id": str(INVITATIONS[number])}
    page = await karin.open(here)
    assert f"{NAMES[who]} {ticks}" in plain(page)
    assert 'name="really_no" value="true"' in page
    assert 'type="hidden" name="really_no"' not in page

    answer = await karin.send(here, **said)

    assert answer.status_code == 422
    assert "wenn die Person wirklich absagt" in answer.text
    assert stage.taken == []
    await karin.send(here, **said, really_no="true")
    assert [one.answer for one in stage.sent(matching.AnswerInvitation)] == [Answer.NO]


async def test_a_no_by_which_nothing_is_lost_stays_one_step(stage: Stage, karin: Visitor):
    """A later yes changes it."""
    stage.answers[matching.ShowBoard] = lambda _: board(
        places=A_FREE_PLACE, invitations=(invitation(0, JONAS),)
    )

    page = await karin.open(f"/requests/{REQUEST}/people/{JONAS}")

    assert '<input type="hidden" name="really_no" value="true">' in page
    assert 'type="checkbox"' not in page


async def test_who_waits_and_is_asked_for_a_free_place_cannot_be_said_to_think_about_it(
    stage: Stage, karin: Visitor
):
    """It would cost them their place in the waiting list."""
    stage.answers[matching.ShowBoard] = lambda _: board(
        places=A_FREE_PLACE, invitations=(invitation(0, OLENA),)
    )

    page = await karin.open(f"/requests/{REQUEST}/people/{OLENA}")

    assert 'value="yes"' in page
    assert 'value="later"' not in page


async def test_who_wants_to_be_rung_hears_of_a_place_not_confirmed_by_telephone(
    stage: Stage, karin: Visitor
):
    stage.answers[matching.ShowBoard] = lambda _: board(reserved=(ANDREAS,), waiting=())

    told = plain(await karin.open(f"/requests/{REQUEST}/people/{ANDREAS}"))

    assert "Von selbst erfährt die Person nichts davon. Bitte rufen Sie an." in told
    assert "Dann wird wieder jemand für den Platz gesucht." in told
    assert "gleich eine Mail" not in told


async def test_calling_off_wants_a_tick(stage: Stage, karin: Visitor):
    answer = await karin.send(f"/requests/{REQUEST}/deeds", deed="cancel")

    assert answer.status_code == 422
    assert "wirklich absagen" in answer.text
    assert stage.taken == []


async def test_calling_off_says_how_many_get_a_mail_and_who_must_be_rung(
    stage: Stage, karin: Visitor
):
    told = plain(await karin.open(f"/requests/{REQUEST}"))
    assert "Absagen: die ganze Anfrage beenden 3 Menschen bekommen eine Mail." in told
    assert "Anhalten: niemanden mehr fragen Es wird niemand mehr gefragt" in told
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
    assert "Absagen: die ganze Anfrage beenden 1 Mensch bekommt eine Mail." in told
    assert f"Bitte rufen Sie an: {NAMES[ANDREAS]}" in told


async def test_a_refusal_is_told_in_german_and_what_was_chosen_stays(
    stage: Stage, karin: Visitor
):
    stage.answers[matching.ShowBoard] = lambda _: board(places=A_FREE_PLACE)
    stage.refuse(matching.AssignVolunteer, "matching.no_free_place")
    url = f"/requests/{REQUEST}/people/{PIOTR}"

    answer = await karin.send(url, deed="assign", reason_assign="agreed_by_phone")

    assert answer.status_code == 409
    assert "Alle Plätze sind vergeben" in answer.text
    assert 'value="agreed_by_phone" selected' in answer.text
    assert await deeds(stage) == [("assign_volunteer", "refused", "agreed_by_phone")]


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
    told = plain(page.split("Anhalten oder absagen")[1].split("Absagen:")[0])
    assert "Die Mails lassen sich nicht zurücknehmen." in told
    assert "Geht es später weiter, können diese Menschen noch einmal gefragt werden" in told


async def test_what_was_found_before_something_changed_is_not_told_any_more(
    stage: Stage, karin: Visitor
):
    def told_of(**changes):
        stage.answers[matching.ShowBoard] = lambda _: board(
            **{"waits_for": reason("full"), "places": A_FREE_PLACE, "invitations": ()} | changes
        )
        return karin.open(f"/requests/{REQUEST}")

    before = plain(await told_of(places=places(REQUEST, places=2, assigned=2, reserved=0)))
    declined = plain(await told_of(next_look_at=NOW))
    stopped = plain(await told_of(next_look_at=NOW, state="stopped"))

    anew = "Gerade wird neu geschaut, wen man fragen kann."
    assert ("Alle Plätze sind vergeben." in before, anew in before) == (True, False)
    assert ("Alle Plätze sind vergeben." in declined, anew in declined) == (False, True)
    assert anew not in stopped
