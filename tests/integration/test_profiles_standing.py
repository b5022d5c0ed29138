"""A volunteer's steps on real servers: confirmed, paused, resumed, checked, rung instead of mailed."""

import asyncio
from datetime import date

import pytest

from services.profiles.main import create_app
from services.profiles.settings import ProfilesSettings
from shared.contracts.messages import Service
from shared.contracts.notifications import AddressSuspended
from shared.contracts.profiles import (
    ConfirmVolunteer,
    FindVolunteers,
    PauseVolunteer,
    RecordCheck,
    ResumeVolunteer,
    RosterOf,
    SharedContact,
    VolunteerCards,
    VolunteerRecipient,
)
from shared.contracts.values import Done, HeldCheck
from shared.kernel.fields import Channel, Check, Share, Via
from shared.kernel.ids import new_id
from shared.messaging.asking import Replied, WishRefused
from tests.example_service import answered
from tests.people_builders import (
    NOON,
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
    """A volunteer with address and number who has confirmed."""
    answer = await portal.ask(a_registration(phone="03447 586123"))
    await portal.send(a_confirmation(answer.volunteer_id))
    return answer.volunteer_id


def a_confirmation(volunteer_id):
    return ConfirmVolunteer(command_key=a_key(), volunteer_id=volunteer_id)


def a_check(volunteer_id, check, valid_until):
    return RecordCheck(
        command_key=a_key(),
        volunteer_id=volunteer_id,
        staff_id=new_id(),
        held=HeldCheck(check=check, valid_until=valid_until),
    )


async def entry_of(district, volunteer_id):
    matching = await district.asker("matching")
    (entry,) = (await matching.ask(RosterOf(volunteer_ids=(volunteer_id,)))).entries
    return entry


async def told(district, count):
    """Names and sequences of all events after the registration, once there are `count`."""

    async def steps():
        found = [event for event in await events(district) if "sequence" in event]
        return found if len(found) >= count else None

    found = await district.until(steps)
    return [(event["name"], event["sequence"]) for event in found]


async def test_confirming_makes_active_and_twice_is_once(district, portal):
    answer = await portal.ask(a_registration())
    wish = a_confirmation(answer.volunteer_id)

    answers = [await portal.send(wish), await portal.send(wish)]
    answers.append(await portal.send(a_confirmation(answer.volunteer_id)))

    assert answers == [Replied(Done(version=2))] * 3
    assert await told(district, 1) == [("volunteer_activated", 2)]
    (row,) = await district.sql("SELECT * FROM profiles.volunteers")
    assert (row["state"], row["consented_via"], row["unconfirmed_since"]) == (
        "active",
        "web",
        None,
    )
    assert row["known_since"] is None


async def test_a_coordinator_can_confirm_on_the_telephone(district, admin):
    answer = await admin.ask(
        a_registration(email=None, phone="03447 1234", via=Via.PHONE, staff_id=new_id())
    )

    await admin.send(
        a_confirmation(answer.volunteer_id).model_copy(
            update={"via": Via.PHONE, "staff_id": new_id()}
        )
    )

    (row,) = await district.sql("SELECT state, consented_via FROM profiles.volunteers")
    assert tuple(row) == ("active", "phone")


async def test_nobody_unknown_can_be_confirmed_paused_resumed_or_checked(portal, admin):
    for asker, wish in (
        (portal, a_confirmation(new_id())),
        (portal, PauseVolunteer(command_key=a_key(), volunteer_id=new_id())),
        (portal, ResumeVolunteer(command_key=a_key(), volunteer_id=new_id())),
        (admin, a_check(new_id(), Check.FIRST_TALK, date(2030, 1, 1))),
    ):
        with pytest.raises(WishRefused) as refused:
            await answered(asker, wish)
        assert refused.value.code == "profiles.volunteer_unknown"


async def test_a_key_that_comes_with_another_pause_is_refused(portal, volunteer_id):
    key = a_key()
    await portal.send(PauseVolunteer(command_key=key, volunteer_id=volunteer_id, weeks=2))

    with pytest.raises(WishRefused) as refused:
        await answered(
            portal, PauseVolunteer(command_key=key, volunteer_id=volunteer_id, weeks=3)
        )

    assert refused.value.code == "messaging.key_reused"


async def test_who_has_not_confirmed_cannot_pause(portal):
    answer = await portal.ask(a_registration())

    with pytest.raises(WishRefused) as refused:
        await answered(
            portal, PauseVolunteer(command_key=a_key(), volunteer_id=answer.volunteer_id)
        )

    assert refused.value.code == "profiles.not_confirmed"


async def test_a_pause_for_good_ends_when_the_volunteer_says_so_and_not_before(
    district, portal, volunteer_id
):
    pause = PauseVolunteer(command_key=a_key(), volunteer_id=volunteer_id)
    await portal.send(pause)
    await portal.send(pause)
    entry = await entry_of(district, volunteer_id)
    assert (entry.state, entry.paused_until, entry.version) == ("paused", None, 3)

    for _ in range(2):
        await portal.send(ResumeVolunteer(command_key=a_key(), volunteer_id=volunteer_id))

    assert await told(district, 3) == [
        ("volunteer_activated", 2),
        ("volunteer_paused", 3),
        ("volunteer_resumed", 4),
    ]
    assert (await entry_of(district, volunteer_id)).state == "active"


async def test_a_pause_of_two_weeks_ends_by_itself_in_domain_time(
    district, profiles, portal, volunteer_id
):
    await portal.send(PauseVolunteer(command_key=a_key(), volunteer_id=volunteer_id, weeks=2))
    assert (await entry_of(district, volunteer_id)).paused_until.date() == date(2026, 12, 7)
    assert len(await told(district, 2)) == 2
    await district.stop(profiles)

    set_clock(district, days_later(14.1))
    await district.start(create_app, ProfilesSettings)

    assert (await told(district, 3))[-1] == ("volunteer_resumed", 4)
    entry = await entry_of(district, volunteer_id)
    assert (entry.state, entry.paused_until, entry.version) == ("active", None, 4)


async def test_the_first_talk_makes_known_for_ever_and_twice_is_once(
    district, admin, volunteer_id
):
    for _ in range(2):
        await admin.send(a_check(volunteer_id, Check.FIRST_TALK, date(2026, 11, 23)))

    entry = await entry_of(district, volunteer_id)
    assert (entry.known, entry.version, entry.checks) == (True, 3, ())
    assert await told(district, 2) == [
        ("volunteer_activated", 2),
        ("volunteer_profile_changed", 3),
    ]


async def test_a_check_is_kept_with_its_last_valid_day_and_renewed(
    district, admin, volunteer_id
):
    for day in (date(2027, 1, 31), date(2027, 1, 31), date(2028, 1, 31)):
        await admin.send(a_check(volunteer_id, Check.CONDUCT_CERTIFICATE, day))

    entry = await entry_of(district, volunteer_id)
    assert [(held.check, held.valid_until) for held in entry.checks] == [
        (Check.CONDUCT_CERTIFICATE, date(2028, 1, 31))
    ]
    assert [sequence for _, sequence in await told(district, 3)] == [2, 3, 4]


async def test_a_check_that_is_over_is_not_kept(admin, volunteer_id):
    with pytest.raises(WishRefused) as refused:
        await answered(admin, a_check(volunteer_id, Check.TRAINING, date(2026, 11, 22)))

    assert (refused.value.code, refused.value.field) == (
        "profiles.check_expired",
        "held.valid_until",
    )


async def test_matching_is_not_told_of_changes_before_the_confirmation(district, portal, admin):
    answer = await portal.ask(a_registration())
    await admin.send(a_check(answer.volunteer_id, Check.FIRST_TALK, date(2030, 1, 1)))
    await portal.send(a_confirmation(answer.volunteer_id))

    assert await told(district, 1) == [("volunteer_activated", 3)]
    assert (await entry_of(district, answer.volunteer_id)).known


async def test_whose_mails_come_back_is_rung_and_not_written_to(district, admin, volunteer_id):
    (card,) = (await admin.ask(VolunteerCards(volunteer_ids=(volunteer_id,)))).cards
    assert "@" in (card.email or "")

    for _ in range(2):
        suspended = AddressSuspended(volunteer_id=volunteer_id, occurred_at=NOON)
        await publish_twice(district, suspended, Service.PROFILES)

    assert await told(district, 2) == [
        ("volunteer_activated", 2),
        ("volunteer_profile_changed", 3),
    ]
    entry = await entry_of(district, volunteer_id)
    assert (entry.channel, entry.version) == (Channel.PHONE, 3)
    notifications = await district.asker("notifications")
    assert not (await notifications.ask(VolunteerRecipient(volunteer_id=volunteer_id))).found
    (card,) = (await admin.ask(VolunteerCards(volunteer_ids=(volunteer_id,)))).cards
    assert (card.channel, card.email) == (Channel.PHONE, None)


async def test_a_suspended_address_of_somebody_gone_changes_nothing(district):
    suspended = AddressSuspended(volunteer_id=new_id(), occurred_at=NOON)

    await publish_twice(district, suspended, Service.PROFILES)

    assert await district.sql("SELECT * FROM profiles.volunteers") == []
    assert await events(district, "volunteer_profile_changed") == []


async def test_ten_pauses_at_once_count_each_and_lose_none(district, portal, volunteer_id):
    wishes = [
        PauseVolunteer(command_key=a_key(), volunteer_id=volunteer_id, weeks=weeks)
        for weeks in range(1, 11)
    ]

    await asyncio.gather(*(portal.send(wish) for wish in wishes))

    steps = await told(district, 11)
    assert [sequence for _, sequence in steps] == list(range(2, 13))
    assert (await entry_of(district, volunteer_id)).version == 12


@pytest.mark.parametrize(
    ("shares", "phone", "email"),
    [
        (Share.PHONE, "+49 3447 586123", None),
        (Share.EMAIL, None, "amira@haddad.example"),
        (Share.COORDINATOR, None, None),
        (None, None, None),
    ],
)
async def test_an_organisation_gets_the_first_name_and_what_the_volunteer_shares(
    portal, shares, phone, email
):
    answer = await portal.ask(a_registration(phone="03447 586123", shares=shares))

    shown = await portal.ask(SharedContact(volunteer_id=answer.volunteer_id))

    assert (shown.found, shown.first_name) == (True, "Amira")
    assert (shown.phone, shown.email) == (phone, email)


async def test_nobody_s_contact_is_not_found(portal):
    assert not (await portal.ask(SharedContact(volunteer_id=new_id()))).found


async def test_volunteers_are_found_by_state_and_by_a_part_of_the_name_in_any_spelling(
    portal, admin
):
    for first, last in (("Jörg", "Müller"), ("Amira", "Haddad"), ("Olena", "Шевченко")):
        await portal.ask(
            a_registration(first_name=first, last_name=last, email=f"{new_id()}@x.example")
        )

    async def names(**wanted):
        cards = (await admin.ask(FindVolunteers(**wanted))).cards
        return [card.name for card in cards]

    assert await names() == ["Olena Шевченко", "Amira Haddad", "Jörg Müller"]
    assert await names(limit=1) == ["Olena Шевченко"]
    assert await names(text="MULLER") == ["Jörg Müller"]
    assert await names(text="шевч") == ["Olena Шевченко"]
    assert await names(text="%") == []
    assert await names(state="active") == []
    assert len(await names(state="unconfirmed")) == 3
