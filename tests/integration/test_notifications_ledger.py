"""The ledger on a real database: who may claim, who may enter DATA, and what is kept of addresses."""

import asyncio
from datetime import timedelta

import pytest

from services.notifications.domain.outcome import Deferred, Failed, Phase, Reply, Sent
from services.notifications.domain.refusals import LeaseLost
from services.notifications.domain.states import State
from services.notifications.handlers.people import forget_person
from services.notifications.handlers.queueing import Post
from services.notifications.loops.ledger import LEASE, Ledger
from services.notifications.loops.quiet import quiet_hours_by_year
from services.notifications.main import create_app
from services.notifications.settings import NotificationsSettings
from services.notifications.store.people import Disclosure
from shared.contracts.profiles import VolunteerRegistered
from shared.district import load_district
from shared.kernel.clock import MachineClock
from shared.kernel.ids import new_id
from tests.people_builders import NOON, everything_in, set_clock

pytestmark = pytest.mark.integration

DELIVERED = Sent(Reply(250))
NO_SUCH_USER = Failed(Phase.RCPT, Reply(550, "5.1.1"))
FULL = Deferred(Phase.RCPT, Reply(452, "4.2.2"))


class Ahead:
    """The machine's time, and some time more."""

    def __init__(self) -> None:
        self.by = timedelta(0)

    def now(self):
        return MachineClock().now() + self.by


class Desk:
    """The service's parts without its loops."""

    def __init__(self, district):
        self.district = district
        self.app = create_app(
            district.settings(NotificationsSettings, mail_from="post@bruecke.example")
        )
        self.clock = Ahead()
        quiet_at = quiet_hours_by_year("off", load_district())
        self.ledger = Ledger(self.app.seam, self.clock, quiet_at)

    async def queue(self, volunteer_id=None):
        volunteer_id = volunteer_id or new_id()
        post = Post(MachineClock(), "bruecke.example")
        event = VolunteerRegistered(volunteer_id=volunteer_id, occurred_at=NOON)
        async with self.app.work() as work:
            await post.to_volunteer(work, event, "confirm_address", volunteer_id)
        return volunteer_id

    async def claim(self):
        found = await self.ledger.claim()
        assert found is not None
        return found[0]

    async def deliver(self, volunteer_id, outcome, digest="one"):
        """Queue a mail and report what became of it."""
        await self.queue(volunteer_id)
        email = await self.claim()
        await self.ledger.start_data(email, ())
        await self.ledger.report(email, outcome, digest)

    async def told(self, name):
        return await self.district.sql(
            "SELECT payload FROM notifications.outbox WHERE subject LIKE $1", f"%.{name}.v1"
        )


@pytest.fixture
async def desk(district):
    set_clock(district, NOON)
    desk = Desk(district)
    yield desk
    await desk.app.database.close()


async def test_no_mail_is_claimed_twice_however_many_try(desk):
    for _ in range(6):
        await desk.queue()
    claims = await asyncio.gather(*(desk.ledger.claim() for _ in range(12)))

    found = [email.id for email, _ in filter(None, claims)]
    assert len(found) == len(set(found)) == 6


async def test_a_sender_whose_lease_is_over_does_not_enter_data(desk):
    await desk.queue()
    email = await desk.claim()
    desk.clock.by = LEASE
    assert await desk.ledger.take_back_one()
    assert not await desk.ledger.take_back_one()

    with pytest.raises(LeaseLost):
        await desk.ledger.start_data(email, ())
    again = await desk.claim()
    assert (again.id, again.attempt) == (email.id, 2)
    await desk.ledger.start_data(again, ())


async def test_what_was_put_back_does_not_count_as_a_try(desk):
    await desk.queue()
    for _ in range(3):
        email = await desk.claim()
        assert (email.state, email.attempt) == (State.SENDING, 1)
        await desk.ledger.postpone(email, timedelta(seconds=3))
        assert await desk.ledger.claim() is None
        desk.clock.by += timedelta(seconds=4)


async def test_a_reader_erased_while_the_mail_is_in_data_leaves_no_trace(desk):
    volunteer = await desk.queue()
    email = await desk.claim()
    await desk.ledger.start_data(email, ())
    async with desk.app.work() as work:
        await forget_person(work, volunteer)
    await desk.ledger.report(email, NO_SUCH_USER, "digest")

    await desk.district.sql("DELETE FROM notifications.erasures")  # the swap's own note
    assert str(volunteer) not in await everything_in(desk.district, "notifications")
    assert await desk.district.sql("SELECT 1 FROM notifications.standings") == []
    assert await desk.told("address_suspended") == []


async def test_a_mail_that_names_somebody_erased_since_does_not_leave(desk):
    await desk.queue()
    email = await desk.claim()
    named = Disclosure(new_id(), new_id(), new_id(), "phone")
    async with desk.app.work() as work:
        await forget_person(work, named.volunteer_id)

    with pytest.raises(LeaseLost):
        await desk.ledger.start_data(email, (named,))
    assert await desk.district.sql("SELECT 1 FROM notifications.disclosures") == []


async def test_the_same_mail_tried_again_is_one_disclosure(desk):
    await desk.queue()
    named = Disclosure(new_id(), new_id(), new_id(), "phone")
    for _ in range(2):
        email = await desk.claim()
        await desk.ledger.start_data(email, (named,))
        await desk.ledger.report(email, Deferred(Phase.DATA, Reply(452)), "one")
        desk.clock.by += timedelta(hours=1)

    assert len(await desk.district.sql("SELECT 1 FROM notifications.disclosures")) == 1


async def test_an_address_that_was_bad_on_three_days_is_suspended_once(desk):
    volunteer = new_id()
    for day in range(5):
        desk.clock.by = timedelta(days=day)
        await desk.deliver(volunteer, FULL)
        if day < 2:
            assert await desk.told("address_suspended") == []
    assert len(await desk.told("address_suspended")) == 1


async def test_a_delivery_in_between_forgets_bad_days(desk):
    volunteer = new_id()
    for day, outcome in enumerate([FULL, FULL, DELIVERED, FULL, FULL]):
        desk.clock.by = timedelta(days=day, minutes=day)
        await desk.deliver(volunteer, outcome)

    assert await desk.told("address_suspended") == []


async def test_nothing_is_kept_of_an_address_that_was_never_bad(desk):
    await desk.deliver(new_id(), DELIVERED)

    assert await desk.district.sql("SELECT 1 FROM notifications.standings") == []


async def test_a_new_address_can_be_suspended_after_the_old_one(desk):
    volunteer = new_id()
    for digest in ("old", "old", "new"):
        await desk.deliver(volunteer, NO_SUCH_USER, digest)

    assert len(await desk.told("address_suspended")) == 2
