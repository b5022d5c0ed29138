"""Tokens, hand-over contacts, erasure and lapse of organisations on real servers."""

import asyncio
import re
from hashlib import sha256

import pytest

from services.network.main import create_app
from services.network.settings import NetworkSettings
from shared.contracts.network import (
    ConfirmOrganisation,
    EraseOrganisation,
    HandoverContact,
    IssueApiToken,
    KeepHandoverContact,
    OrganisationCardsOf,
    OwnerOfToken,
    SuspendOrganisation,
    TokenOwner,
    VerifyOrganisation,
)
from shared.contracts.values import Done
from shared.kernel.fields import Via
from shared.kernel.ids import new_id
from shared.messaging.asking import Replied, WishRefused
from tests.people_builders import (
    NOON,
    a_key,
    an_organisation,
    days_later,
    events,
    everything_in,
    set_clock,
)

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("network")]

EMAIL = "jana@cafe-lucka.example"


@pytest.fixture
async def network(district):
    set_clock(district, NOON)
    return await district.start(create_app, NetworkSettings)


@pytest.fixture
async def portal(district):
    return await district.asker("portal")


@pytest.fixture
async def admin(district):
    return await district.asker("admin")


@pytest.fixture
async def organisation_id(district):
    cli = await district.asker("cli")
    wish = an_organisation(verified=True, via=Via.IMPORT)
    return (await cli.ask(wish)).organisation_id


def a_token(**changes):
    return IssueApiToken(**({"command_key": a_key(), "email": EMAIL} | changes))


def owner_of(token):
    return OwnerOfToken(token_hash=sha256(token.encode()).hexdigest())


def a_contact(organisation_id, **changes):
    values = {
        "command_key": a_key(),
        "organisation_id": organisation_id,
        "name": "Frau Dr. Lindner (Büro im Hof)",
        "phone": "034492 777",
    }
    return KeepHandoverContact(**(values | changes))


async def rows(district, table):
    return await district.sql(f"SELECT * FROM network.{table}")  # noqa: S608


async def nothing_waits(district):
    async def swapped():
        return not await rows(district, "erasures")

    await district.until(swapped)


async def test_a_token_opens_its_organisation_and_is_kept_nowhere(
    district, portal, admin, organisation_id
):
    issued = await admin.ask(a_token())

    assert re.fullmatch(r"brk_[A-Za-z0-9_-]{43}", issued.token)
    owner = await portal.ask(owner_of(issued.token))
    assert owner.organisation_id == organisation_id
    assert owner.contact_id is not None
    assert issued.token not in await everything_in(district, "network")
    assert issued.token.removeprefix("brk_") not in str(await events(district))


async def test_every_token_is_another_and_all_of_them_open(portal, admin, organisation_id):
    wish = a_token()

    tokens = [(await admin.ask(wish)).token for _ in range(2)]
    tokens.append((await admin.ask(a_token(email="JANA@cafe-lucka.example"))).token)

    assert len(set(tokens)) == 3
    for token in tokens:
        assert (await portal.ask(owner_of(token))).organisation_id == organisation_id


async def test_unknown_withdrawn_and_suspended_tokens_open_nothing(
    district, portal, admin, organisation_id
):
    withdrawn, good = [(await admin.ask(a_token())).token for _ in range(2)]
    await district.sql(
        "UPDATE network.api_tokens SET withdrawn_at = now() WHERE token_hash = $1",
        owner_of(withdrawn).token_hash,
    )

    assert await portal.ask(owner_of("brk_" + "a" * 43)) == TokenOwner()
    assert await portal.ask(owner_of(withdrawn)) == TokenOwner()

    of_it = {"organisation_id": organisation_id}
    await admin.send(SuspendOrganisation(command_key=a_key(), **of_it))
    assert await portal.ask(owner_of(good)) == TokenOwner()
    with pytest.raises(WishRefused) as refused:
        await admin.ask(a_token())
    assert refused.value.code == "network.organisation_suspended"

    await admin.send(VerifyOrganisation(command_key=a_key(), **of_it))
    assert (await portal.ask(owner_of(good))).organisation_id == organisation_id


async def test_an_address_that_is_unknown_or_unreadable_gets_no_token(admin):
    for email, code in (
        ("nobody@cafe-lucka.example", "network.organisation_unknown"),
        ("jana", "people.email_unclear"),
    ):
        with pytest.raises(WishRefused) as refused:
            await admin.ask(a_token(email=email))
        assert (refused.value.code, refused.value.field) == (code, "email")


async def test_the_same_person_gets_the_same_id_however_they_are_written(
    district, portal, organisation_id
):
    first = await portal.ask(a_contact(organisation_id))
    same = await asyncio.gather(
        *(
            portal.ask(
                a_contact(
                    organisation_id, name="FRAU DR. LINDNER (BÜRO IM HOF)", phone="+4934492777"
                )
            )
            for _ in range(10)
        )
    )
    others = [
        await portal.ask(a_contact(organisation_id, phone="034492 778")),
        await portal.ask(a_contact(organisation_id, phone=None)),
        await portal.ask(a_contact(organisation_id, name="Herr Kühn")),
    ]

    assert {kept.contact_id for kept in same} == {first.contact_id}
    assert len({kept.contact_id for kept in [first, *others]}) == 4
    assert len(await rows(district, "handover_contacts")) == 4


async def test_one_contact_of_two_organisations_is_two(portal, organisation_id):
    other = await portal.ask(an_organisation(email="b@b.example"))

    one = await portal.ask(a_contact(organisation_id))
    two = await portal.ask(a_contact(other.organisation_id))

    assert one != two


async def test_a_kept_contact_is_shown_and_an_unknown_one_is_not(portal, organisation_id):
    kept = await portal.ask(a_contact(organisation_id))

    shown = await portal.ask(HandoverContact(contact_id=kept.contact_id))

    assert (shown.found, shown.name, shown.phone) == (
        True,
        "Frau Dr. Lindner (Büro im Hof)",
        "+49 34492 777",
    )
    assert not (await portal.ask(HandoverContact(contact_id=new_id()))).found


@pytest.mark.parametrize("dry_run", [False, True])
async def test_a_contact_needs_a_name_and_an_organisation(portal, organisation_id, dry_run):
    wish = a_contact(organisation_id, name=" ", phone="x", dry_run=dry_run)
    with pytest.raises(WishRefused) as refused:
        await portal.ask(wish)
    assert [error.field for error in refused.value.errors] == ["contact_name", "contact_phone"]

    with pytest.raises(WishRefused) as refused:
        await portal.ask(a_contact(new_id()))
    assert refused.value.code == "network.organisation_unknown"


async def test_a_dry_run_keeps_no_contact_and_asks_for_no_organisation(district, portal):
    await portal.ask(a_contact(new_id(), dry_run=True))

    assert await rows(district, "handover_contacts") == []


async def test_the_same_wish_for_a_contact_is_answered_alike_and_another_body_refused(
    portal, organisation_id
):
    wish = a_contact(organisation_id)

    assert await portal.ask(wish) == await portal.ask(wish)
    with pytest.raises(WishRefused) as refused:
        await portal.ask(wish.model_copy(update={"name": "Herr Kühn"}))
    assert refused.value.code == "messaging.key_reused"


async def test_erasure_leaves_nothing_of_the_organisation_and_its_people(
    district, portal, admin, organisation_id
):
    token = (await admin.ask(a_token())).token
    contact = await portal.ask(a_contact(organisation_id))
    before = await everything_in(district, "network")
    wish = EraseOrganisation(command_key=a_key(), organisation_id=organisation_id)

    for command in (wish, wish, wish.model_copy(update={"command_key": a_key()})):
        assert await admin.send(command) == Replied(Done())
    await nothing_waits(district)

    after = await everything_in(district, "network")
    for trace in (
        str(organisation_id), str(contact.contact_id), "Begegnungs", "Jana", "Richter", EMAIL,
        "34492 12345", "Lindner", "34492 777", owner_of(token).token_hash,
    ):  # fmt: skip
        assert trace in before
        assert trace not in after
    erased = await events(district, "organisation_erased")
    assert [event["organisation_id"] for event in erased] == [str(organisation_id)]
    assert await portal.ask(owner_of(token)) == TokenOwner()
    assert not (await portal.ask(HandoverContact(contact_id=contact.contact_id))).found
    cards = await portal.ask(OrganisationCardsOf(organisation_ids=(organisation_id,)))
    assert cards.cards == ()


async def test_what_nobody_confirms_lapses_unless_we_know_them(
    district, network, portal, admin
):
    lapsing = await portal.ask(an_organisation(email="lapsing@a.example"))
    confirmed = await portal.ask(an_organisation(email="confirmed@a.example"))
    verified = await portal.ask(an_organisation(email="verified@a.example"))
    with_token = await portal.ask(an_organisation(email="with-token@a.example"))
    await portal.send(
        ConfirmOrganisation(command_key=a_key(), organisation_id=confirmed.organisation_id)
    )
    await admin.send(
        VerifyOrganisation(command_key=a_key(), organisation_id=verified.organisation_id)
    )
    await admin.ask(a_token(email="with-token@a.example"))
    await district.stop(network)

    set_clock(district, days_later(14.1))
    await district.start(create_app, NetworkSettings)

    async def lapsed():
        return len(await rows(district, "organisations")) == 3

    await district.until(lapsed)
    await nothing_waits(district)
    (told,) = await events(district, "organisation_erased")
    assert told["organisation_id"] == str(lapsing.organisation_id)
    assert {row["organisation_id"] for row in await rows(district, "organisations")} == {
        confirmed.organisation_id,
        verified.organisation_id,
        with_token.organisation_id,
    }


async def test_a_contact_whom_nobody_named_for_three_years_is_gone(
    district, network, portal, organisation_id
):
    await portal.ask(a_contact(organisation_id))
    await portal.ask(a_contact(organisation_id, name="Herr Kühn"))
    await district.stop(network)
    set_clock(district, days_later(700))
    network = await district.start(create_app, NetworkSettings)
    await portal.ask(a_contact(organisation_id))
    await district.stop(network)

    set_clock(district, days_later(1100))
    await district.start(create_app, NetworkSettings)

    async def one_left():
        return len(await rows(district, "handover_contacts")) == 1

    await district.until(one_left)
    (kept,) = await rows(district, "handover_contacts")
    assert kept["name"].startswith("Frau Dr.")
