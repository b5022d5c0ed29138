"""How a volunteer stands with a task, and which answers the page offers."""

import itertools
from datetime import timedelta

import pytest

from services.portal.pages.messages import FOR_EVERYBODY, MESSAGES, STATUSES
from services.portal.pages.standing import CLOSED, Standing, answer_by, answers_to, standing_of
from services.requests.domain import refusals as requests_refusals
from shared.web.field_errors import FIELD_MESSAGES
from tests.people_builders import NOON
from tests.portal_samples import a_slot, an_invitation, some_words

BEFORE, DURING, AFTER = (
    NOON,
    a_slot().starts_at + timedelta(hours=1),
    a_slot().ends_at + timedelta(minutes=1),
)


@pytest.mark.parametrize(
    ("invitation", "words", "now", "standing", "answers"),
    [
        ({}, {}, BEFORE, "open", ("yes", "no", "later")),
        ({"deadline": NOON - timedelta(hours=1)}, {}, BEFORE, "open", ("yes", "no")),
        ({"state": "expired"}, {}, BEFORE, "open", ("yes", "no", "later")),
        ({"free_places": 0}, {}, BEFORE, "full", ("yes", "no", "later")),
        ({"answer": "later"}, {}, BEFORE, "later", ("yes", "no")),
        ({"answer": "no"}, {}, BEFORE, "declined", ("yes",)),
        ({"answer": "yes", "holds_place": True}, {}, BEFORE, "assigned", ("no",)),
        ({"answer": "yes", "holds_place": True}, {}, DURING, "assigned", ("no",)),
        (
            {"answer": "yes", "holds_place": True, "purpose": "changed"},
            {},
            BEFORE,
            "assigned",
            ("yes", "no"),
        ),
        ({"answer": "yes", "reserved": True}, {}, BEFORE, "reserved", ("no",)),
        (
            {"answer": "yes", "waiting_position": 1, "free_places": 0},
            {},
            BEFORE,
            "waiting",
            ("no",),
        ),
        ({"answer": "yes", "waiting_position": 1}, {}, BEFORE, "waiting", ("yes", "no")),
        ({"answer": "yes", "waiting_position": 1}, {}, DURING, "started", ()),
        ({}, {}, DURING, "started", ()),
        ({}, {}, AFTER, "over", ()),
        ({"answer": "yes", "holds_place": True}, {}, AFTER, "over", ()),
        ({"state": "withdrawn"}, {}, BEFORE, "withdrawn", ()),
        ({"state": "withdrawn", "only_stopped": True}, {}, BEFORE, "stopped", ()),
        ({"state": "withdrawn", "only_stopped": True}, {}, DURING, "withdrawn", ()),
        # Whoever declined is not asked anew: ADR 0015.
        (
            {"state": "withdrawn", "only_stopped": True, "answer": "no"},
            {},
            BEFORE,
            "withdrawn",
            (),
        ),
        ({"state": "withdrawn", "answer": "yes"}, {}, BEFORE, "no_place", ()),
        ({"state": "withdrawn", "answer": "no"}, {}, BEFORE, "withdrawn", ()),
        ({"state": "withdrawn"}, {"state": "cancelled"}, BEFORE, "cancelled", ()),
        ({"holds_place": True}, {"state": "cancelled"}, BEFORE, "cancelled", ()),
        ({}, {"state": "expired"}, BEFORE, "expired", ()),
        ({"holds_place": True}, {"state": "done"}, DURING, "over", ()),
        ({"starts_at": None, "ends_at": None}, {"slots": ()}, BEFORE, "over", ()),
    ],
)
def test_each_state_has_its_words_and_its_buttons(invitation, words, now, standing, answers):
    page = an_invitation(**invitation)

    found = standing_of(page, some_words(**words), now)

    assert found == standing
    assert tuple(answers_to(found, page, now)) == answers


def test_the_words_decide_when_it_is_and_not_what_matching_still_remembers():
    """The page shows the new date: it must not be closed at the old one."""
    moved = some_words(slots=(a_slot(9),))

    assert standing_of(an_invitation(), moved, AFTER) is Standing.OPEN


def test_what_is_closed_offers_no_answer():
    for standing, purpose in itertools.product(CLOSED, ("offer", "changed", "move_up")):
        assert not answers_to(standing, an_invitation(purpose=purpose), NOON)


@pytest.mark.parametrize("standing", list(Standing))
def test_who_has_not_decided_reads_by_when_also_after_saying_later(standing):
    undecided = standing in {Standing.OPEN, Standing.FULL, Standing.LATER}
    due = NOON + timedelta(hours=2)
    page = an_invitation(deadline=due)

    assert answer_by(standing, page, NOON) == (due if undecided else None)
    assert answer_by(standing, page, due) is None
    assert answer_by(standing, an_invitation(deadline=None), NOON) is None


def test_every_refusal_of_a_request_has_a_sentence():
    codes = {
        refusal.code
        for refusal in vars(requests_refusals).values()
        if isinstance(refusal, type) and issubclass(refusal, requests_refusals.RequestRefusal)
    }

    assert codes - {"requests.refused"} <= set(MESSAGES)


def test_statuses_belong_to_codes_that_have_a_sentence():
    machines_only = {"messaging.too_late"}

    assert set(STATUSES) - machines_only <= set(MESSAGES)
    assert set(FOR_EVERYBODY) <= set(MESSAGES)
    assert not set(MESSAGES) & set(FIELD_MESSAGES)
