"""Organisations on real servers: registration, standing, and what others may learn."""

import asyncio
import json

import pytest
from sqlalchemy import event

from services.network.main import create_app
from services.network.settings import NetworkSettings
from shared.contracts.network import (
    ConfirmOrganisation,
    FindOrganisations,
    OrganisationByEmail,
    OrganisationCardsOf,
    OrganisationRecipient,
    RequestOrganisationLink,
    SuspendOrganisation,
    VerifyOrganisation,
)
from shared.contracts.values import Done
from shared.kernel.fields import OrganisationKind, Via
from shared.kernel.ids import new_id
from shared.messaging.asking import Replied, WishRefused
from tests.example_service import answered
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


async def organisations(district):
    return await district.sql("SELECT * FROM network.organisations ORDER BY registered_at")


async def told(district, count):
    """Names of all events, once there are `count`."""

    async def enough():
        found = [event["name"] for event in await events(district)]
        return found if len(found) >= count else None

    return await district.until(enough)


async def test_a_new_organisation_waits_for_its_contact_and_for_us(district, portal):
    answer = await portal.ask(an_organisation())

    assert answer.status == "unverified"
    (row,) = await organisations(district)
    assert (row["organisation_id"], row["state"]) == (answer.organisation_id, "unconfirmed")
    assert (row["phone"], row["municipality"]) == ("+49 34492 12345", "Lucka")
    assert await told(district, 1) == ["organisation_registered"]


async def test_its_contact_confirms_and_a_coordinator_verifies_once_each(
    district, portal, admin
):
    answer = await portal.ask(an_organisation())
    of_it = {"organisation_id": answer.organisation_id}
    confirm = ConfirmOrganisation(command_key=a_key(), **of_it)

    for wish in (confirm, confirm, ConfirmOrganisation(command_key=a_key(), **of_it)):
        assert await portal.send(wish) == Replied(Done(version=1))
    for _ in range(2):
        verify = VerifyOrganisation(command_key=a_key(), **of_it)
        assert await admin.send(verify) == Replied(Done(version=2))

    assert await told(district, 3) == [
        "organisation_registered",
        "organisation_confirmed",
        "organisation_verified",
    ]
    (row,) = await organisations(district)
    assert (row["state"], row["unconfirmed_since"]) == ("verified", None)


async def test_a_suspended_organisation_can_be_verified_again(district, portal, admin):
    answer = await portal.ask(an_organisation())
    steps = (SuspendOrganisation, SuspendOrganisation, VerifyOrganisation, SuspendOrganisation)

    for step in steps:
        await admin.send(step(command_key=a_key(), organisation_id=answer.organisation_id))

    assert len(await told(district, 4)) == 4
    sequences = [event["sequence"] for event in (await events(district))[1:]]
    assert sequences == [2, 3, 4]


async def test_nobody_unknown_is_confirmed_verified_or_suspended(portal, admin):
    for asker, step in (
        (portal, ConfirmOrganisation),
        (admin, VerifyOrganisation),
        (admin, SuspendOrganisation),
    ):
        with pytest.raises(WishRefused) as refused:
            await answered(asker, step(command_key=a_key(), organisation_id=new_id()))
        assert refused.value.code == "network.organisation_unknown"


async def test_the_same_wish_sent_twice_is_one_organisation_and_another_body_is_refused(
    district, portal
):
    wish = an_organisation()

    assert await portal.ask(wish) == await portal.ask(wish)
    with pytest.raises(WishRefused) as refused:
        await portal.ask(wish.model_copy(update={"name": "Anders"}))

    assert refused.value.code == "messaging.key_reused"
    assert len(await organisations(district)) == 1


async def test_ten_registrations_at_once_make_one_organisation_and_one_mail_each(
    district, portal
):
    answers = await asyncio.gather(*(portal.ask(an_organisation()) for _ in range(10)))

    assert len(await organisations(district)) == 1
    assert len({answer.organisation_id for answer in answers}) == 10
    assert await told(district, 2) == [
        "organisation_registered",
        "organisation_registration_repeated",
    ]


async def test_the_owner_of_a_known_address_is_told_at_most_once_a_day(
    district, network, portal
):
    await portal.ask(an_organisation())
    for _ in range(3):
        await portal.ask(an_organisation(email="JANA@cafe-lucka.example", name="Anders"))
    await told(district, 2)
    await district.stop(network)

    set_clock(district, days_later(1.01))
    await district.start(create_app, NetworkSettings)
    await portal.ask(an_organisation())
    await portal.ask(an_organisation())

    assert (await told(district, 3))[1:] == ["organisation_registration_repeated"] * 2
    assert not (await events(district))[-1]["confirmed"]
    (row,) = await organisations(district)
    assert row["name"] == "Begegnungscafé Lucka e. V."


async def test_only_an_import_and_a_coordinator_can_say_that_one_is_verified(district, portal):
    cli = await district.asker("cli")
    admin = await district.asker("admin")

    answers = [
        await portal.ask(an_organisation(verified=True, email="a@a.example")),
        await cli.ask(an_organisation(verified=True, email="b@b.example", via=Via.IMPORT)),
        await admin.ask(an_organisation(verified=True, email="c@c.example", staff_id=new_id())),
        await cli.ask(an_organisation(verified=True, email="b@b.example", via=Via.IMPORT)),
    ]

    assert [answer.status for answer in answers] == [
        "unverified",
        "verified",
        "verified",
        "known",
    ]
    assert answers[3].organisation_id == answers[1].organisation_id
    states = [row["state"] for row in await organisations(district)]
    assert states == ["unconfirmed", "verified", "verified"]
    assert await told(district, 3) == [
        "organisation_registered",
        "organisation_verified",
        "organisation_verified",
    ]


async def test_every_field_at_fault_is_named_at_once(district, portal):
    wish = an_organisation(
        name=" ",
        contact_first_name="http://spam.example",
        contact_last_name="",
        email="jana",
        phone="1",
        locale="tlh",
        postcode="0460",
    )

    with pytest.raises(WishRefused) as refused:
        await portal.ask(wish)

    assert [error.field for error in refused.value.errors] == [
        "name",
        "contact_first_name",
        "contact_last_name",
        "email",
        "phone",
        "locale",
        "postcode",
    ]
    assert await organisations(district) == []


async def test_the_clock_does_not_tell_which_addresses_are_known(network, portal):
    statements = []

    @event.listens_for(network.database.engine.sync_engine, "before_cursor_execute")
    def note(connection, _cursor, statement, *_rest):
        statements.append((connection.connection.dbapi_connection, statement))

    async def work_for(wish):
        statements.clear()
        await portal.ask(wish)
        texts = [text.replace("ROLLBACK TO", "RELEASE") for _, text in statements]
        (first,) = (at for at, text in enumerate(texts) if "INTO network.replies" in text)
        (last,) = (at for at, text in enumerate(texts) if "UPDATE network.replies" in text)
        connection = statements[first][0]
        return [texts[at] for at in range(first, last + 1) if statements[at][0] is connection]

    def a_link(email="jana@cafe-lucka.example"):
        return RequestOrganisationLink(command_key=a_key(), email=email)

    registrations = [await work_for(an_organisation()) for _ in range(3)]
    links = [await work_for(a_link()) for _ in range(4)]
    links.append(await work_for(a_link("nobody@cafe-lucka.example")))

    assert registrations[0] == registrations[1] == registrations[2]
    assert all(link == links[0] for link in links)
    assert len(links[0]) > 4


async def test_a_link_is_mailed_three_times_a_day_and_the_answer_is_always_the_same(
    district, network, portal
):
    answer = await portal.ask(an_organisation())

    async def ask(email):
        return await portal.ask(RequestOrganisationLink(command_key=a_key(), email=email))

    answers = [await ask("Jana@cafe-lucka.example") for _ in range(5)]
    answers.append(await ask("nobody@cafe-lucka.example"))
    assert answers == [Done()] * 6
    assert (await told(district, 4))[1:] == ["organisation_link_requested"] * 3
    await district.stop(network)

    set_clock(district, days_later(1.01))
    await district.start(create_app, NetworkSettings)
    await ask("jana@cafe-lucka.example")

    assert (await told(district, 5))[4:] == ["organisation_link_requested"]
    assert (await events(district))[-1]["organisation_id"] == str(answer.organisation_id)


async def test_events_and_logs_hold_nothing_personal(district, portal, capfd):
    await portal.ask(an_organisation())
    await portal.ask(an_organisation())
    await portal.ask(
        RequestOrganisationLink(command_key=a_key(), email="jana@cafe-lucka.example")
    )
    await told(district, 3)

    heard = json.dumps(await events(district)) + "".join(capfd.readouterr())
    kept = await everything_in(district, "network")

    for personal in ("Jana", "Richter", "cafe-lucka.example", "34492 12345", "Begegnungs"):
        assert personal in kept
        assert personal not in heard


async def test_names_for_pages_come_without_people_and_coordinators_see_them(portal, admin):
    answer = await portal.ask(an_organisation())
    await portal.ask(
        an_organisation(
            name="Grundschule Ponitz", kind=OrganisationKind.SCHOOL, email="gs@ponitz.example"
        )
    )

    (card,) = (
        await portal.ask(
            OrganisationCardsOf(organisation_ids=(answer.organisation_id, new_id()))
        )
    ).cards
    assert (card.name, card.state) == ("Begegnungscafé Lucka e. V.", "unconfirmed")
    assert (card.contact_name, card.phone, card.email) == (None, None, None)

    async def found(**wanted):
        return (await admin.ask(FindOrganisations(**wanted))).cards

    assert [card.name for card in await found()] == [
        "Grundschule Ponitz",
        "Begegnungscafé Lucka e. V.",
    ]
    (card,) = await found(text="BEGEGNUNGSCAFE")
    assert (card.contact_name, card.phone) == ("Jana Richter", "+49 34492 12345")
    assert card.email is not None
    assert "@" in card.email
    assert len(await found(organisation_id=answer.organisation_id)) == 1
    assert await found(state="verified") == ()
    assert len(await found(limit=1)) == 1


async def test_the_contact_is_the_recipient_and_found_by_address(district, portal):
    answer = await portal.ask(an_organisation(locale="en-GB"))
    notifications = await district.asker("notifications")
    cli = await district.asker("cli")

    whom = await notifications.ask(
        OrganisationRecipient(organisation_id=answer.organisation_id)
    )
    assert (whom.found, whom.email, whom.display_name, whom.locale) == (
        True,
        "jana@cafe-lucka.example",
        "Jana Richter",
        "en",
    )
    assert not (await notifications.ask(OrganisationRecipient(organisation_id=new_id()))).found

    found = await cli.ask(OrganisationByEmail(email="JANA@Cafe-Lucka.example"))
    assert found.organisation_id == answer.organisation_id
    nobody = await cli.ask(OrganisationByEmail(email="nobody@cafe-lucka.example"))
    assert nobody.organisation_id is None


@pytest.mark.parametrize("via", [Via.IMPORT, Via.WEB])
async def test_a_dry_run_checks_everything_and_stores_nothing(district, via):
    cli = await district.asker("cli")

    answer = await cli.ask(an_organisation(via=via, verified=True, dry_run=True))
    with pytest.raises(WishRefused) as refused:
        await cli.ask(an_organisation(via=via, dry_run=True, email="nobody"))

    assert answer.status == "checked"
    assert refused.value.field == "email"
    assert await district.sql("SELECT 1 FROM network.organisations") == []
    assert await events(district) == []
