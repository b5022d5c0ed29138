"""Today, the lists and the figures: what waits for a coordinator, and what was done."""

import re
from datetime import date, timedelta

import pytest
from bs4 import BeautifulSoup, Tag

from services.admin.pages.today_lines import SHOWN
from shared.contracts import matching, network, profiles, reporting, requests
from shared.contracts.messages import Service
from shared.contracts.notifications import FindEmails, OutboxEntries
from shared.contracts.profiles import VolunteerErased
from shared.contracts.values import HeldCheck
from shared.kernel.clock import MachineClock
from shared.kernel.fields import Check
from shared.kernel.ids import new_id
from tests.admin_district import (
    CALL,
    CLUB,
    JONAS,
    NAMES,
    PIOTR,
    REQUEST,
    REVIEWED,
    VERENA,
    card,
    words,
)
from tests.admin_figures import furnish_figures
from tests.admin_stage import NOW, Stage, Visitor

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module")]


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


async def test_a_missed_call_stays_on_the_lists_and_crowds_out_nobody(
    stage: Stage, karin: Visitor
):
    missed = [
        matching.PhoneTask(
            invitation_id=new_id(),
            request_id=REQUEST,
            volunteer_id=PIOTR,
            deadline=NOW - timedelta(hours=5),
            missed=True,
        )
        for _ in range(SHOWN + 1)
    ]
    due = matching.PhoneTask(invitation_id=CALL, request_id=REQUEST, volunteer_id=VERENA)
    stage.answers[matching.OpenPhoneTasks] = lambda _: matching.PhoneTasks(tasks=(due, *missed))

    page = BeautifulSoup(await karin.open("/"), "html.parser")
    calls, late = page.select("section.task-group")[:2]
    assert [one["href"] for one in calls.select(".task__what")] == [f"/phone/{CALL}"]
    assert late.h2.get_text() == f"{SHOWN + 1} verpasste Anrufe"
    assert "Ein Ja zählt bis zum Beginn." in late.get_text()
    assert "überfällig" in late.get_text()
    assert late.select('a[href="/phone#missed"]')

    page = await karin.open("/phone")
    assert page.index(f"/phone/{CALL}") < page.index('id="missed"')
    assert all(f"/phone/{one.invitation_id}" in page for one in missed)


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
    assert "Noch ist keine Frist vorbei." in await karin.open("/figures/proposals")


def rows_of(table: Tag) -> list[list[str]]:
    """The body of a table as a reader sees it."""
    return [
        [
            (cell.select_one(".stacking-table__value") or cell).get_text(strip=True)
            for cell in row.find_all(["th", "td"])
        ]
        for row in table.select("tbody tr")
    ]


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


@pytest.mark.parametrize(
    ("what", "said", "listed"),
    [
        (
            "all_spared",
            (
                "1 Anfrage, bei der alle geschont werden, die passen",
                "auf der Seite der Anfrage geht es auch gleich",
            ),
            "Alle, die passen, werden geschont",
        ),
        (
            "unlikely",
            (
                "1 Anfrage, bei der alle gefragt sind und es kaum reichen wird",
                "Was helfen würde oder woran es fehlt, steht auf der Seite der Anfrage",
            ),
            "Alle sind gefragt, und es wird kaum reichen",
        ),
        (
            "stopped",
            (
                "1 angehaltene Anfrage mit freien Plätzen",
                "Gefragt wird erst, wenn Sie weiter einladen lassen",
            ),
            "Angehalten, mit freien Plätzen",
        ),
    ],
)
async def test_a_request_for_which_few_are_left_is_on_todays_list(
    stage: Stage, karin: Visitor, what: str, said: tuple[str, ...], listed: str
):
    decision = matching.Decision(what=what, request_id=REQUEST, people=2)
    stage.answers[matching.OpenDecisions] = lambda _: matching.Decisions(
        decisions=(decision,), total=1
    )

    today = await karin.open("/")

    for sentence in (*said, "2 Plätze frei"):
        assert sentence in today
    assert listed in await karin.open(f"/requests?waits={what}")


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
