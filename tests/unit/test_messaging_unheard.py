"""Whether a command's sender still waits, by the seconds since its command was stored."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import MetaData

from shared.kernel.clock import MachineClock
from shared.messaging.asking import PUBACK_TIMEOUT_S, REPLY_TIMEOUT_S
from shared.messaging.envelope import OK, REFUSED
from shared.messaging.inbox import StoredReply
from shared.messaging.retries import Postponed
from shared.messaging.tables import messaging_tables
from shared.messaging.unheard import Hearing, Waiting, waiting_after

TABLES = messaging_tables(MetaData())
NO, YES = StoredReply(REFUSED, "{}"), StoredReply(OK, "{}")


@pytest.mark.parametrize(
    ("age_s", "waiting"),
    [
        (0.0, Waiting.CERTAINLY),
        (1.9, Waiting.CERTAINLY),
        (2.0, Waiting.PERHAPS),
        (6.9, Waiting.PERHAPS),
        (7.0, Waiting.NO_MORE),
        (1e6, Waiting.NO_MORE),
    ],
)
def test_a_sender_waits_for_some_seconds(age_s, waiting):
    assert waiting_after(age_s) is waiting


@given(puback=st.floats(0, PUBACK_TIMEOUT_S), skew=st.floats(-0.9, 0.9))
def test_nobody_counts_as_waiting_who_has_given_up_nor_the_other_way_round(puback, skew):
    gives_up = puback + REPLY_TIMEOUT_S

    assert waiting_after(gives_up + skew) is not Waiting.CERTAINLY
    assert waiting_after(gives_up - 0.1 + skew) is not Waiting.NO_MORE


async def give_word(_command, _refused, _work):
    raise AssertionError("nothing is told once the reply has gone")


def hearing(age_s, handler=give_word):
    stored_at = MachineClock().now() - timedelta(seconds=age_s)
    return Hearing("profiles__pause_volunteer_v1", TABLES, handler, stored_at)


@pytest.mark.parametrize("age_s", [3.0, 60.0])
def test_a_refusal_whose_reply_went_late_is_looked_at_again(age_s):
    with pytest.raises(Postponed) as postponed:
        hearing(age_s).after_reply(NO)

    assert 0 <= postponed.value.seconds <= max(7 - age_s, 0)


def test_what_was_heard_or_done_or_is_nobodys_business_is_over_with_its_reply():
    hearing(0).after_reply(NO)
    hearing(60).after_reply(YES)
    hearing(60, handler=None).after_reply(NO)
