"""Heute: everything that needs a human, each with the page where it is done."""

import asyncio
from dataclasses import replace

from fastapi import APIRouter, Request, Response

from services.admin.pages.context import Desk, Gaps, People, SignedIn, TheDesk
from services.admin.pages.today_groups import people_groups, technical_groups
from services.admin.pages.today_lines import SHOWN, Found, Group
from shared.contracts.matching import Decision, OpenDecisions, OpenPhoneTasks, PhoneTask
from shared.contracts.network import FindOrganisations
from shared.contracts.notifications import FindEmails
from shared.contracts.profiles import FindVolunteers
from shared.contracts.requests import FindRequests
from shared.messaging.asking import Unavailable

router = APIRouter(include_in_schema=False)

ASKED_FOR = 100
MOST_PEOPLE = 500


@router.get("/")
async def today(request: Request, desk: TheDesk, staff: SignedIn) -> Response:
    """Ask everybody at once; who does not answer leaves a gap that the page names."""
    gaps = Gaps()
    found = await _technical(desk, gaps)
    groups: list[Group] = []
    if staff.role.sees_people:
        found, people = await _everything(desk, found, gaps)
        groups = people_groups(desk.sentences, found, people)
    groups += technical_groups(desk.sentences, found, desk.clock.now())
    return desk.show(
        request,
        "today.html",
        gaps=gaps,
        groups=[group for group in groups if group.lines],
        now=desk.clock.now(),
    )


async def _technical(desk: Desk, gaps: Gaps) -> Found:
    failed, unknown, letters = await asyncio.gather(
        desk.learn(FindEmails(state="failed", limit=ASKED_FOR), gaps),
        desk.learn(FindEmails(state="unknown", limit=ASKED_FOR), gaps),
        _count_letters(desk, gaps),
    )
    return Found(failed=failed, unknown=unknown, letters=letters)


async def _count_letters(desk: Desk, gaps: Gaps) -> int | None:
    try:
        return await desk.letters.count()
    except Unavailable:
        gaps.note("dead_letters")
        return None


async def _everything(desk: Desk, found: Found, gaps: Gaps) -> tuple[Found, People]:
    reviews, organisations, decisions, phone, talks = await asyncio.gather(
        desk.learn(FindRequests(status=("review",), limit=SHOWN), gaps),
        desk.learn(FindOrganisations(state="unverified", limit=ASKED_FOR), gaps),
        desk.learn(OpenDecisions(limit=ASKED_FOR), gaps),
        desk.learn(OpenPhoneTasks(limit=ASKED_FOR), gaps),
        desk.learn(FindVolunteers(state="active", known=False, limit=MOST_PEOPLE), gaps),
    )
    about: list[Decision | PhoneTask] = []
    about += decisions.decisions if decisions else ()
    about += phone.tasks if phone else ()
    words, people = await asyncio.gather(
        desk.words([entry.request_id for entry in about], gaps),
        desk.people([entry.volunteer_id for entry in about], gaps),
    )
    names = await desk.organisations([one.organisation_id for one in words.values()], gaps)
    everything = replace(
        found,
        reviews=reviews,
        organisations=organisations,
        decisions=decisions,
        phone=phone,
        talks=talks,
        words=words,
        names=names,
    )
    return everything, people
