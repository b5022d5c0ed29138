"""When an address is given up, and what is kept of a mail server's words."""

from datetime import date

import pytest

from services.notifications.domain.address import AddressStanding
from services.notifications.domain.outcome import Deferred, Failed, Phase, Reply, Sent, Unknown

OK = Sent(Reply(250, "2.0.0"))


class TestAddress:
    def test_an_address_that_does_not_exist_is_suspended_at_once(self):
        for reply in (Reply(550, "5.1.1"), Reply(553, "5.1.3"), Reply(550)):
            standing = AddressStanding().after_refusal(reply, Phase.RCPT, on=date(2026, 12, 1))
            assert standing.suspended

    @pytest.mark.parametrize(
        "reply",
        [Reply(554, "5.7.1"), Reply(552, "5.2.2"), Reply(553, "5.1.8"), Reply(530)],
        ids=str,
    )
    def test_other_refusals_do_not_suspend_it(self, reply: Reply):
        standing = AddressStanding().after_refusal(reply, Phase.RCPT, on=date(2026, 12, 1))
        assert not standing.suspended

    def test_three_bad_days_suspend_it_and_three_bad_hours_do_not(self):
        full = Reply(452, "4.2.2")
        standing = AddressStanding()
        for day in (1, 1, 1, 2):
            standing = standing.after_refusal(full, Phase.RCPT, on=date(2026, 12, day))
        assert not standing.suspended
        assert standing.after_refusal(full, Phase.RCPT, on=date(2026, 12, 3)).suspended

    def test_a_delivery_forgets_bad_days(self):
        standing = AddressStanding(frozenset({date(2026, 12, 1), date(2026, 12, 2)}))
        standing = standing.after_delivery()
        assert not standing.after_refusal(
            Reply(450), Phase.RCPT, on=date(2026, 12, 3)
        ).suspended

    @pytest.mark.parametrize(
        ("reply", "phase"),
        [
            (Reply(421), Phase.RCPT),
            (Reply(451, "4.3.0"), Phase.RCPT),
            (Reply(450, "4.1.8"), Phase.RCPT),
            (Reply(451), Phase.MAIL),
            (Reply(452, "4.3.1"), Phase.DATA),
        ],
    )
    def test_an_ill_relay_suspends_nobody(self, reply: Reply, phase: Phase):
        standing = AddressStanding()
        for day in range(1, 20):
            standing = standing.after_refusal(reply, phase, on=date(2026, 12, day))
        assert not standing.suspended

    def test_it_learns_from_each_outcome(self):
        day, seen = date(2026, 12, 1), AddressStanding(frozenset({date(2026, 11, 30)}))
        assert seen.after(OK, on=day) == AddressStanding()
        assert seen.after(Unknown(), on=day) == seen
        assert seen.after(Deferred(Phase.RCPT), on=day) == seen
        assert len(seen.after(Deferred(Phase.RCPT, Reply(450)), on=day).bad_days) == 2
        assert seen.after(Failed(Phase.RCPT, Reply(550, "5.1.1")), on=day).suspended


class TestReply:
    @pytest.mark.parametrize(
        ("code", "text", "kept"),
        [
            (550, "5.1.1 <ada@example.org>: no such user", "550 5.1.1"),
            (250, "2.0.0 Ok: queued as 4F2", "250 2.0.0"),
            (451, "greylisted, ada@example.org", "451"),
            (554, "5.7.1.2 odd", "554"),
            (421, "4.2.1.example.org closing", "421"),
        ],
    )
    def test_only_codes_are_kept(self, code: int, text: str, kept: str):
        assert str(Reply.reduce(code, text)) == kept
