"""Projections on real servers: timeline, figures, erasure, and feeding them again."""

import random

import pytest

from services.reporting.main import create_app
from services.reporting.settings import ReportingSettings
from services.reporting.store.keeping import empty
from shared.contracts.matching import TandemHoursTold
from shared.contracts.messages import Service
from shared.contracts.network import OrganisationRegistered
from shared.contracts.profiles import VolunteerActivated, VolunteerErased
from shared.contracts.reporting import FiguresBetween, PeopleFigure, TimelineOf
from shared.contracts.requests import RequestOpened
from shared.kernel.ids import new_id
from shared.messaging.asking import WishRefused
from shared.messaging.topology import durables
from tests.people_builders import NOON, set_clock
from tests.reporting_builders import Story, at
from tests.requests_builders import dies_at, happen, publish, verified

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("reporting")]

TABLES = ("timeline", "requests", "invitations", "hours")


@pytest.fixture
async def reporting(district):
    set_clock(district, NOON)
    return await district.start(create_app, ReportingSettings)


async def state_of(district):
    """Everything in the projection, order of arrival left out."""
    return {
        table: sorted(
            str(dict(row))
            for row in await district.sql(f"SELECT * FROM reporting.{table}")  # noqa: S608
        )
        for table in TABLES
    }


async def test_a_request_s_timeline_is_in_order_and_in_codes(district):
    story = Story()
    await happen(district, "reporting", *reversed(story.events))
    admin = await district.asker("admin")

    entries = (await admin.ask(TimelineOf(request_id=story.request_id))).entries

    assert [entry.what for entry in entries][:3] == [
        "request_received",
        "request_opened",
        "request_changed",
    ]
    assert entries[-1].what == "request_completed"
    assert entries[1].details == {
        "sequence": 2,
        "facts_sequence": 0,
        "linked_to": None,
        "kind": "single",
        "field": "language",
        "places": 1,
        "municipality_code": "altenburg",
    }
    exhausted = next(entry for entry in entries if entry.what == "candidates_exhausted")
    reasons = {key: n for key, n in exhausted.details.items() if key.startswith("excluded.")}
    assert reasons == {"excluded.too_far": 4, "excluded.busy": 2}
    answer = next(entry for entry in entries if entry.what == "answer_received")
    assert (answer.volunteer_id, answer.details) == (
        story.volunteers[0],
        {"answer": "later", "via": "web"},
    )
    latest = await admin.ask(TimelineOf(request_id=story.request_id, limit=1))
    assert latest.entries == entries[-1:]


async def test_figures_count_a_request_in_the_month_it_was_posted(district):
    story = Story()
    await happen(district, "reporting", *story.events, times=2)
    admin = await district.asker("admin")

    (figure,) = (await admin.ask(FiguresBetween(first="2026-11", last="2026-12"))).figures

    assert figure.model_dump() == {
        "month": "2026-11",
        "field": "language",
        "municipality": "altenburg",
        "requests": 1,
        "places": 2,
        "filled": 2,
        "invitations": 2,
        "yes": 1,
        "completed": 1,
    }
    assert (await admin.ask(FiguresBetween(first="2026-12", last="2027-01"))).figures == ()


async def test_hours_count_in_their_months_by_the_newest_word_of_each_period(district):
    story = Story()
    await happen(district, "reporting", *reversed(story.events), times=2)
    unheard = Story().hours(2, 3, 99, "2026-11-16", "2026-12-06")
    await happen(district, "reporting", unheard)
    admin = await district.asker("admin")

    figures = await admin.ask(FiguresBetween(first="2026-11", last="2027-01"))
    december = await admin.ask(FiguresBetween(first="2026-12", last="2026-12"))

    place = {"field": "language", "municipality": "altenburg"}
    assert [one.model_dump() for one in figures.hours] == [
        {"month": "2026-11", "hours": 9, **place},
        {"month": "2026-12", "hours": 3, **place},
    ]
    assert december.hours == figures.hours[1:]


async def test_figures_of_people_know_only_how_many(district):
    volunteers = [new_id() for _ in range(3)]
    await happen(
        district,
        "reporting",
        *(VolunteerActivated(volunteer_id=v, sequence=1, occurred_at=NOON) for v in volunteers),
        OrganisationRegistered(organisation_id=new_id(), occurred_at=NOON),
        verified(new_id()),
    )
    admin = await district.asker("admin")

    figures = await admin.ask(FiguresBetween(first="2026-11", last="2026-11"))

    assert figures.people == (
        PeopleFigure(
            month="2026-11",
            volunteers_activated=3,
            organisations_registered=1,
            organisations_verified=1,
        ),
    )
    everything = str(await state_of(district))
    assert not any(str(volunteer) in everything for volunteer in volunteers)


async def test_months_that_are_none_are_refused(district):
    admin = await district.asker("admin")

    with pytest.raises(WishRefused) as refused:
        await admin.ask(FiguresBetween(first="2026-13", last="2026-14"))

    assert (refused.value.code, refused.value.field) == ("reporting.month_unclear", "first")


@pytest.mark.parametrize("seed", [1, 2])
async def test_any_order_and_repetition_give_the_same_state(district, reporting, seed):
    stories = [Story(), Story()]
    in_order = [event for story in stories for event in story.events]
    await happen(district, "reporting", *in_order)
    expected = await state_of(district)
    async with reporting.database.transaction() as session:
        await empty(session)
    assert await state_of(district) == {table: [] for table in TABLES}

    shuffled = in_order + in_order[::3]
    random.Random(seed).shuffle(shuffled)  # noqa: S311  an order, not a secret
    await happen(district, "reporting", *shuffled)

    assert await state_of(district) == expected


async def test_emptying_that_fails_half_way_empties_nothing(district, reporting):
    await happen(district, "reporting", *Story().events)
    expected = await state_of(district)

    async def empty_and_fail():
        async with reporting.database.transaction() as session:
            await empty(session)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await empty_and_fail()

    assert await state_of(district) == expected
    assert await district.sql("SELECT 1 FROM reporting.inbox LIMIT 1")


async def test_an_erased_volunteer_is_one_unknown_person_whatever_comes_late(district):
    story = Story()
    gone = story.volunteers[0]
    early, late = story.events[:6], story.events[6:]
    event = VolunteerErased(volunteer_id=gone, occurred_at=at(70))

    await happen(district, "reporting", *early)
    await happen(district, "reporting", event, times=2)
    await happen(district, "reporting", *late)

    rows = await district.sql(
        "SELECT volunteer_id FROM reporting.timeline WHERE invitation_id = $1",
        story.invitations[0],
    )
    stand_ins = {row["volunteer_id"] for row in rows}
    assert len(rows) > 3
    assert len(stand_ins) == 1
    assert gone not in stand_ins
    assert None not in stand_ins
    assert str(gone) not in str(await state_of(district))
    admin = await district.asker("admin")
    (figure,) = (await admin.ask(FiguresBetween(first="2026-11", last="2026-11"))).figures
    assert (figure.invitations, figure.yes, figure.filled) == (2, 1, 2)


async def test_an_erasure_that_comes_first_leaves_no_trace_of_what_follows(district):
    story = Story()
    gone = story.volunteers[1]

    await happen(district, "reporting", VolunteerErased(volunteer_id=gone, occurred_at=at(0)))
    await happen(district, "reporting", *story.events)

    assert str(gone) not in str(await state_of(district))


async def test_every_event_that_names_reporting_is_taken(reporting):
    declared = {d.name for d in durables() if d.reader is Service.REPORTING}

    assert set(reporting.seam.durables) == declared


@pytest.mark.parametrize(
    ("kind", "counted"), [(RequestOpened, "requests"), (TandemHoursTold, "hours")]
)
async def test_a_crash_between_figures_and_timeline_leaves_neither(
    district, reporting, kind, counted
):
    story = Story()
    opened = next(event for event in story.events if isinstance(event, kind))
    await district.stop(reporting)
    await publish(district, opened)

    await dies_at(district, ReportingSettings, "reporting.in_figures_not_in_timeline")

    assert await state_of(district) == {table: [] for table in TABLES}
    assert await district.sql("SELECT 1 FROM reporting.inbox") == []
    await district.start(create_app, ReportingSettings)
    await publish(district, opened)

    async def taken():
        rows = {table: len(found) for table, found in (await state_of(district)).items()}
        return rows == dict.fromkeys(TABLES, 0) | {"timeline": 1, counted: 1}

    await district.until(taken)


async def test_events_published_while_the_service_is_away_are_taken_later(district, reporting):
    story = Story()
    await district.stop(reporting)
    for event in story.events:
        await publish(district, event)

    await district.start(create_app, ReportingSettings)

    async def all_there():
        return len((await state_of(district))["timeline"]) == len(story.events)

    await district.until(all_there)
