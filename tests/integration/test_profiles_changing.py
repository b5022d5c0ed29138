"""Changing a description on real servers: whole, once, by who may, and told to whom it matters."""

import asyncio
from datetime import date

import pytest

from services.profiles.main import create_app
from services.profiles.settings import ProfilesSettings
from shared.contracts.messages import Service
from shared.contracts.notifications import AddressSuspended
from shared.contracts.profiles import (
    ConfirmVolunteer,
    RecordCheck,
    RequestVolunteerLink,
    RosterOf,
    ShowVolunteer,
    VolunteerRecipient,
)
from shared.contracts.values import Done, HeldCheck
from shared.kernel.fields import Check
from shared.kernel.ids import new_id
from shared.messaging.asking import WishRefused
from tests.people_builders import (
    NOON,
    a_change,
    a_key,
    a_registration,
    days_later,
    events,
    publish_twice,
    set_clock,
)

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("profiles")]


@pytest.fixture
async def profiles(district):
    set_clock(district, NOON)
    return await district.start(create_app, ProfilesSettings)


@pytest.fixture
async def portal(district):
    return await district.asker("portal")


@pytest.fixture
async def admin(district):
    return await district.asker("admin")


@pytest.fixture
async def volunteer_id(portal):
    """A volunteer with address and number who has confirmed: version 2."""
    answer = await portal.ask(
        a_registration(
            phone="03447 586123",
            languages=[{"tag": "ar", "level": "C2"}, {"tag": "de", "level": "B1"}],
        )
    )
    confirmation = ConfirmVolunteer(command_key=a_key(), volunteer_id=answer.volunteer_id)
    await portal.send(confirmation)
    return answer.volunteer_id


async def shown(asker, volunteer_id):
    return await asker.ask(ShowVolunteer(volunteer_id=volunteer_id))


async def entry_of(district, volunteer_id):
    matching = await district.asker("matching")
    (entry,) = (await matching.ask(RosterOf(volunteer_ids=(volunteer_id,)))).entries
    return entry


async def told(district):
    """The sequences of the changes that were published, once the relay has published all."""

    async def all_are_out():
        waiting = "SELECT count(*) AS n FROM profiles.outbox WHERE published_at IS NULL"
        return (await district.sql(waiting))[0]["n"] == 0

    await district.until(all_are_out)
    return [event["sequence"] for event in await events(district, "volunteer_profile_changed")]


async def refused(asker, wish):
    with pytest.raises(WishRefused) as refusal:
        await asker.ask(wish)
    return [(error.field, error.code) for error in refusal.value.errors]


async def test_a_description_is_replaced_whole_and_what_is_not_said_again_is_gone(
    district, portal, volunteer_id
):
    change = a_change(
        volunteer_id,
        2,
        languages=[{"tag": "ar", "level": "C2"}],
        absences=[
            {"from_on": "2026-11-01", "to_on": "2026-11-20"},
            {"from_on": "2026-12-20", "to_on": "2027-01-06"},
        ],
        asks_per_week=1,
        last_name="Haddad-Weber",
    )

    answer = await portal.ask(change)

    assert (answer.version, answer.status) == (3, "changed")
    now = (await shown(portal, volunteer_id)).description
    assert [spoken.tag for spoken in now.languages] == ["ar"]
    assert (now.phone, now.last_name, now.asks_per_week) == (None, "Haddad-Weber", 1)
    assert [(one.from_on, one.to_on) for one in now.absences] == [
        (date(2026, 12, 20), date(2027, 1, 6))
    ]
    entry = await entry_of(district, volunteer_id)
    assert (entry.version, entry.asks_per_week, len(entry.languages)) == (3, 1, 1)
    assert await told(district) == [3]
    stored = str(await district.sql("SELECT * FROM profiles.volunteers"))
    assert "586123" not in stored


async def test_matching_is_not_told_of_what_it_does_not_use(district, portal, volunteer_id):
    change = a_change(
        volunteer_id,
        2,
        phone="03447 999999",
        locale="ar",
        shares="phone",
        languages=[{"tag": "ar", "level": "C2"}, {"tag": "de", "level": "B1"}],
    )

    answer = await portal.ask(change)

    assert (answer.version, answer.status) == (3, "changed")
    assert (await shown(portal, volunteer_id)).description.locale == "ar"
    assert await told(district) == []


async def test_what_is_shown_and_sent_back_changes_nothing(district, portal, volunteer_id):
    description = (await shown(portal, volunteer_id)).description

    answer = await portal.ask(a_change(volunteer_id, 2, **description.model_dump()))

    assert (answer.version, answer.status) == (2, "unchanged")
    assert await told(district) == []


async def test_the_same_wish_twice_is_one_change(district, portal, volunteer_id):
    change = a_change(volunteer_id, 2, radius_km=5)

    answers = [await portal.ask(change), await portal.ask(change)]

    assert [answer.version for answer in answers] == [3, 3]
    assert await told(district) == [3]


async def test_of_two_changes_of_the_same_version_one_is_to_look_again(
    district, portal, admin, volunteer_id
):
    wishes = [
        portal.ask(a_change(volunteer_id, 2, radius_km=5)),
        admin.ask(a_change(volunteer_id, 2, radius_km=7, staff_id=new_id())),
    ]

    answers = await asyncio.gather(*wishes, return_exceptions=True)

    (lost,) = (one for one in answers if isinstance(one, WishRefused))
    assert (lost.code, lost.field) == ("profiles.version_outdated", "version")
    assert await told(district) == [3]


async def test_every_field_at_fault_is_named_and_nothing_is_stored(portal, volunteer_id):
    change = a_change(
        volunteer_id,
        2,
        first_name=" ",
        email="somebody@else.example",
        postcode="99999",
        languages=[{"tag": "de", "level": "D1"}],
    )

    faults = await refused(portal, change)

    assert faults == [
        ("first_name", "text.missing"),
        ("postcode", "district.postcode_unknown"),
        ("languages.0.level", "languages.level_unknown"),
        ("email", "profiles.address_by_telephone"),
    ]
    assert (await shown(portal, volunteer_id)).version == 2


async def test_a_dry_run_checks_and_stores_nothing(portal, volunteer_id):
    answer = await portal.ask(a_change(volunteer_id, 2, radius_km=5, dry_run=True))

    assert (answer.version, answer.status) == (2, "checked")
    assert (await shown(portal, volunteer_id)).description.radius_km is None
    assert await refused(portal, a_change(volunteer_id, 2, postcode="1", dry_run=True))


async def test_checks_and_consent_stay(district, portal, admin, volunteer_id):
    held = HeldCheck(check=Check.CONDUCT_CERTIFICATE, valid_until=date(2028, 1, 31))
    recorded = RecordCheck(
        command_key=a_key(), volunteer_id=volunteer_id, staff_id=new_id(), held=held
    )
    version = (await admin.send(recorded)).reply.version
    consent = "SELECT consent_version, consented_at, state FROM profiles.volunteers"
    before = await district.sql(consent)

    forged = [{"check": "training", "valid_until": "2029-01-31"}]
    await portal.ask(a_change(volunteer_id, version, radius_km=5, checks=forged))

    assert (await entry_of(district, volunteer_id)).checks == (held,)
    assert await district.sql(consent) == before


async def test_a_coordinator_changes_the_address_and_mails_go_there_again(
    district, admin, volunteer_id
):
    suspended = AddressSuspended(volunteer_id=volunteer_id, reason="bounced", occurred_at=NOON)
    await publish_twice(district, suspended, Service.PROFILES)
    version = (await shown(admin, volunteer_id)).version
    wish = a_change(volunteer_id, version, email="amira@new.example", staff_id=new_id())

    await admin.ask(wish)

    notifications = await district.asker("notifications")
    recipient = await notifications.ask(VolunteerRecipient(volunteer_id=volunteer_id))
    assert recipient.email == "amira@new.example"


async def test_who_is_registered_shows_to_a_coordinator_and_not_on_the_page(
    district, portal, admin, volunteer_id
):
    await portal.ask(a_registration(first_name="Bert"))

    of_staff = a_change(volunteer_id, 2, first_name="Bert", staff_id=new_id())
    assert await refused(admin, of_staff) == [("first_name", "profiles.already_registered")]
    answer = await portal.ask(a_change(volunteer_id, 2, first_name="Bert"))

    assert answer.status == "changed"
    people = await district.sql("SELECT first_name, identity FROM profiles.volunteers")
    assert [row["first_name"] for row in people] == ["Bert", "Bert"]
    assert len({row["identity"] for row in people}) == 2


async def test_who_changed_the_name_is_known_by_the_new_one(district, portal, volunteer_id):
    await portal.ask(a_change(volunteer_id, 2, last_name="Weber"))

    await portal.ask(a_registration(last_name="Weber"))

    assert len(await district.sql("SELECT * FROM profiles.volunteers")) == 1


async def test_nobody_is_shown_and_changed_who_is_not_there(portal):
    assert not (await shown(portal, new_id())).found
    with pytest.raises(WishRefused) as refusal:
        await portal.ask(a_change(new_id(), 1))
    assert refusal.value.code == "profiles.volunteer_unknown"


async def test_who_has_not_confirmed_can_change_and_matching_hears_nothing(district, portal):
    answer = await portal.ask(a_registration())

    await portal.ask(a_change(answer.volunteer_id, 1, radius_km=5))

    assert (await shown(portal, answer.volunteer_id)).version == 2
    assert await told(district) == []


async def test_the_link_is_mailed_to_who_confirmed_once_in_ten_minutes(
    district, profiles, portal, volunteer_id
):
    await portal.ask(a_registration(first_name="Unconfirmed"))

    async def ask(email):
        return await portal.ask(RequestVolunteerLink(command_key=a_key(), email=email))

    answers = [await ask("Amira@HADDAD.example") for _ in range(3)]
    answers.append(await ask("nobody@haddad.example"))
    assert answers == [Done()] * 4
    await told(district)
    links = await events(district, "volunteer_link_requested")
    assert [link["volunteer_id"] for link in links] == [str(volunteer_id)]
    await district.stop(profiles)

    set_clock(district, days_later(11 / 24 / 60))
    await district.start(create_app, ProfilesSettings)
    await ask("amira@haddad.example")

    await told(district)
    assert len(await events(district, "volunteer_link_requested")) == 2


async def test_an_address_that_is_none_is_said_at_its_field(portal):
    wish = RequestVolunteerLink(command_key=a_key(), email="amira at home")
    assert await refused(portal, wish) == [("email", "people.email_unclear")]
