"""Tandems in the scene of matching: how one begins, goes on and is asked about."""

from datetime import timedelta

import pytest

from shared.contracts.matching import (
    AnswerTandem,
    AssignVolunteer,
    EndTandem,
    OpenDecisions,
    ShowTandem,
    TandemsOf,
)
from shared.kernel.fields import Kind, Side, TandemAnswer
from shared.kernel.ids import new_id
from shared.messaging.asking import WishRefused
from tests.integration.matching_scene import (
    HOUR,
    a_slot,
)

WEEK = timedelta(weeks=1)
DATES = tuple(a_slot(7 * week) for week in range(1, 27))
FIRST = DATES[0].starts_at
VOLUNTEER, THEY = Side.VOLUNTEER, Side.ORGANISATION


async def a_pair(scene, volunteer_id=None, **need):
    """A tandem: its request, its volunteer, its id."""
    if volunteer_id is None:
        (volunteer_id,) = await scene.register(1)
    values = {"kind": Kind.TANDEM, "slots": DATES, "open_ended": True} | need
    request_id = await scene.open(**values)
    await scene.do(
        AssignVolunteer(
            command_key=f"key-{new_id()}",
            request_id=request_id,
            volunteer_id=volunteer_id,
            reason="agreed_by_phone",
        )
    )
    (row,) = await rows(scene, request_id)
    return request_id, volunteer_id, row["assignment_id"]


async def rows(scene, request_id):
    return await scene.district.sql(
        "SELECT * FROM matching.tandems WHERE request_id = $1 ORDER BY assignment_id",
        request_id,
    )


def weeks(number):
    """Noon of the day so many weeks after the first date."""
    return FIRST + number * WEEK + 3 * HOUR


async def comes_to(scene, moment, **settings):
    """It is that time, and everything due is done."""
    await scene.jump(moment, **settings)
    await scene.at_rest()


def an_answer(assignment_id, side=VOLUNTEER, said=TandemAnswer.FITS, question=1, **more):
    values = {"command_key": f"key-{new_id()}", "answer": said} | more
    return AnswerTandem(assignment_id=assignment_id, side=side, question=question, **values)


def an_end(assignment_id, side=VOLUNTEER, reason="moved_away", **more):
    values = {"command_key": f"key-{new_id()}", "reason": reason} | more
    return EndTandem(assignment_id=assignment_id, side=side, **values)


async def page(scene, assignment_id, side=VOLUNTEER):
    return await scene.portal.ask(ShowTandem(assignment_id=assignment_id, side=side))


async def shown(scene, request_id):
    (tandem,) = (await scene.ask(TandemsOf(request_id=request_id))).tandems
    return tandem


async def troubles(scene):
    found = await scene.ask(OpenDecisions())
    return [one for one in found.decisions if one.what == "tandem_trouble"]


async def asked(scene, assignment_id):
    """Which sides were asked or reminded of which question."""
    told = await scene.told("tandem_asked", assignment_id=assignment_id)
    return [(one["question"], one["what"], one["side"], one["again"]) for one in told]


async def refused(scene, wish, sender=None):
    with pytest.raises(WishRefused) as caught:
        await scene.do(wish, sender or scene.portal)
    return caught.value.code
