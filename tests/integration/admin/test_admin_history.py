"""What happened to a request: what counts is seen at once, and nothing of the rest is lost."""

import re

import pytest

from shared.contracts import reporting
from tests.admin_district import ANDREAS, OLENA, REQUEST, SAMIRA, VERENA, event
from tests.admin_stage import Stage, Visitor, plain

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module")]

MAIL = "Mail verschickt"
CANCELLED = "Die Anfrage wurde abgesagt."
BEGUN = (
    event(48, "request_received", in_review=False),
    event(48, "request_opened", kind="interpreting"),
    event(20, "answer_received", volunteer_id=VERENA, answer="yes", via="web"),
    event(20, "volunteer_assigned", volunteer_id=VERENA, moved_up=False),
)


def mails(hours_ago: float) -> tuple[reporting.TimelineEntry, ...]:
    return tuple(
        event(hours_ago, "email_sent", volunteer_id=who, template="withdrawn")
        for who in (VERENA, SAMIRA, OLENA, ANDREAS)
    )


async def told(
    stage: Stage, karin: Visitor, *entries: reporting.TimelineEntry
) -> tuple[list[str], list[str]]:
    """What is seen of the history, and what stands in its fold."""
    stage.answers[reporting.TimelineOf] = lambda _: reporting.Timeline(entries=entries)
    page = await karin.open(f"/requests/{REQUEST}")
    _, _, rest = page.partition("Was bisher geschah")
    part = re.split(r"<h2|</main", rest)[0]
    seen, _, fold = part.partition("<details")

    def lines(html: str) -> list[str]:
        return [plain(one) for one in re.findall(r"<li.*?</li>", html, re.DOTALL)]

    return lines(seen), lines(fold)


async def test_mails_push_nothing_out_of_the_history_and_stand_in_its_fold(
    stage: Stage, karin: Visitor
):
    failed = event(1, "email_failed", volunteer_id=VERENA, template="offer")

    seen, fold = await told(stage, karin, *BEGUN, *mails(2), failed)

    assert not [line for line in seen if MAIL in line]
    assert len(seen) == 4
    assert "Mail nicht zugestellt" in seen[0], "somebody has to do something about it"
    assert "hat einen Platz." in seen[1]
    assert len(fold) == len(BEGUN) + 5, "all of it, in its order"
    assert [MAIL in line for line in fold[:6]] == [False, True, True, True, True, False]


async def test_that_a_request_was_cancelled_is_seen_whatever_followed_from_it(
    stage: Stage, karin: Visitor
):
    withdrawn = tuple(
        event(3, "invitation_withdrawn", volunteer_id=who, reason="request_cancelled")
        for who in (VERENA, SAMIRA, OLENA, ANDREAS, VERENA)
    )

    seen, fold = await told(
        stage, karin, *BEGUN, event(3, "request_cancelled"), *withdrawn, *mails(2)
    )

    assert CANCELLED in seen[-1]
    assert len(seen) == 5
    assert len(fold) == len(BEGUN) + 1 + len(withdrawn) + 4


async def test_a_short_history_has_no_fold(stage: Stage, karin: Visitor):
    seen, fold = await told(stage, karin, *BEGUN)

    assert len(seen) == len(BEGUN)
    assert fold == []
