"""Registration on real servers: who is new, who is known, and what others may learn of it."""

import asyncio
import json
from datetime import date

import pytest
from sqlalchemy import event

from services.profiles.main import create_app
from services.profiles.settings import ProfilesSettings
from shared.contracts.profiles import RosterOf, VolunteerCards, VolunteerRecipient
from shared.contracts.values import HeldCheck
from shared.kernel.fields import Channel, Check, Via
from shared.kernel.ids import new_id
from shared.messaging.asking import WishRefused
from tests.people_builders import (
    NOON,
    a_key,
    a_registration,
    days_later,
    events,
    everything_in,
    names_of_events,
    set_clock,
)

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("profiles")]


@pytest.fixture
async def profiles(district):
    set_clock(district, NOON)
    return await district.start(create_app, ProfilesSettings)


async def people(district):
    return await district.sql("SELECT * FROM profiles.volunteers ORDER BY registered_at")


async def settled(district, count):
    """All events are out, and there are this many."""

    async def all_out():
        return len(await events(district)) >= count

    await district.until(all_out)
    assert len(await events(district)) == count


async def test_a_new_volunteer_is_stored_unconfirmed_and_a_mail_is_asked_for(district):
    portal = await district.asker("portal")

    answer = await portal.ask(a_registration(phone="03447 58-61 23"))

    assert answer.status == "unconfirmed"
    (row,) = await people(district)
    assert row["volunteer_id"] == answer.volunteer_id
    assert (row["state"], row["phone"], row["channel"]) == (
        "unconfirmed",
        "+49 3447 586123",
        "email",
    )
    assert row["municipality"] == "Altenburg"
    assert row["known_since"] is None
    await settled(district, 1)
    (told,) = await events(district)
    assert told["name"] == "volunteer_registered"
    assert told["volunteer_id"] == str(answer.volunteer_id)


async def test_the_same_wish_sent_twice_is_one_registration_with_one_answer(district):
    portal = await district.asker("portal")
    wish = a_registration()

    assert await portal.ask(wish) == await portal.ask(wish)

    assert len(await people(district)) == 1
    await settled(district, 1)


async def test_a_key_that_comes_with_another_body_is_refused(district):
    portal = await district.asker("portal")
    wish = a_registration()
    await portal.ask(wish)

    with pytest.raises(WishRefused) as refused:
        await portal.ask(wish.model_copy(update={"first_name": "Nadia"}))

    assert refused.value.code == "messaging.key_reused"
    assert len(await people(district)) == 1


async def test_ten_registrations_of_one_person_at_once_make_one_person_and_one_mail(district):
    portal = await district.asker("portal")

    answers = await asyncio.gather(*(portal.ask(a_registration()) for _ in range(10)))

    assert len(await people(district)) == 1
    assert len({answer.volunteer_id for answer in answers}) == 10
    assert {answer.status for answer in answers} == {"unconfirmed"}
    await settled(district, 2)
    assert sorted(await names_of_events(district)) == [
        "registration_repeated",
        "volunteer_registered",
    ]


async def test_case_of_name_and_address_make_no_second_person_but_another_name_does(district):
    portal = await district.asker("portal")
    await portal.ask(a_registration())

    await portal.ask(a_registration(first_name="AMIRA", email="Amira@HADDAD.example"))
    await portal.ask(a_registration(first_name="Tarek"))

    assert [row["first_name"] for row in await people(district)] == ["Amira", "Tarek"]


async def test_who_has_no_address_is_known_by_telephone_and_name(district):
    portal = await district.asker("portal")
    await portal.ask(a_registration(email=None, phone="03447 586123"))

    await portal.ask(a_registration(email=None, phone="+49 (0) 3447 / 58 61 23"))
    await portal.ask(a_registration(email=None, phone="03447 586124"))

    assert [(row["phone"], row["channel"]) for row in await people(district)] == [
        ("+49 3447 586123", "phone"),
        ("+49 3447 586124", "phone"),
    ]


async def test_the_owner_of_a_known_address_is_told_at_most_once_a_day(district, profiles):
    portal = await district.asker("portal")
    answer = await portal.ask(a_registration())
    for _ in range(3):
        await portal.ask(a_registration(postcode="04626", phone="0151 1234567"))
    await settled(district, 2)

    await district.stop(profiles)
    set_clock(district, days_later(1.01))
    await district.start(create_app, ProfilesSettings)
    for _ in range(2):
        await portal.ask(a_registration())

    await settled(district, 3)
    repeated = await events(district, "registration_repeated")
    assert [(told["volunteer_id"], told["confirmed"]) for told in repeated] == [
        (str(answer.volunteer_id), False)
    ] * 2
    (row,) = await people(district)
    assert (row["postcode"], row["phone"], row["version"]) == ("04600", None, 1)


async def test_a_stranger_s_address_gets_three_mails_a_day_under_however_many_names(
    district, profiles
):
    portal = await district.asker("portal")
    wishes = [
        a_registration(first_name=f"Amal {letter}", email=email)
        for letter in "abcdef"
        for email in ("stranger@example.org", "Stranger@example.org")
    ]

    answers = await asyncio.gather(*(portal.ask(wish) for wish in wishes))

    assert {answer.status for answer in answers} == {"unconfirmed"}
    assert len({answer.volunteer_id for answer in answers}) == len(wishes)
    mailed = sum(1 + (row["repeated_at"] is not None) for row in await people(district))
    assert mailed == 3
    await settled(district, 3)

    await portal.ask(a_registration(first_name="Nour", email="somebody.else@example.org"))
    await settled(district, 4)

    await district.stop(profiles)
    set_clock(district, days_later(1.1))
    await district.start(create_app, ProfilesSettings)
    await portal.ask(a_registration(first_name="Amal z", email="stranger@example.org"))
    await settled(district, 5)


async def test_the_clock_does_not_tell_who_is_registered(district, profiles):
    portal = await district.asker("portal")
    statements = []

    @event.listens_for(profiles.database.engine.sync_engine, "before_cursor_execute")
    def note(connection, _cursor, statement, *_rest):
        statements.append((connection.connection.dbapi_connection, statement))

    async def work_for(wish):
        statements.clear()
        await portal.ask(wish)
        texts = [text.replace("ROLLBACK TO", "RELEASE") for _, text in statements]
        (first,) = (at for at, text in enumerate(texts) if "INTO profiles.replies" in text)
        (last,) = (at for at, text in enumerate(texts) if "UPDATE profiles.replies" in text)
        connection = statements[first][0]
        return [texts[at] for at in range(first, last + 1) if statements[at][0] is connection]

    await portal.ask(a_registration(email="warm@up.example"))
    unknown = await work_for(a_registration())
    known = await work_for(a_registration())
    told_before = await work_for(a_registration())

    assert any("INTO profiles.outbox" in text for text in unknown)
    assert unknown == known == told_before


async def test_every_field_at_fault_is_named_at_once_and_nothing_is_stored(district):
    portal = await district.asker("portal")
    wish = a_registration(
        first_name=" ",
        email="amira@",
        phone="12",
        postcode="99999",
        languages=[{"tag": "ar", "level": "C2"}, {"tag": "klingonisch", "level": "D1"}],
        skills=["flying"],
        availability=[{"weekday": 1, "from": "25:00", "to": "26:00"}],
        consent_version="",
    )

    with pytest.raises(WishRefused) as refused:
        await portal.ask(wish)

    assert {error.field for error in refused.value.errors} == {
        "first_name",
        "email",
        "phone",
        "postcode",
        "languages.1.tag",
        "languages.1.level",
        "skills.0",
        "availability.0.from",
        "consent_version",
    }
    assert "amira" not in str([error.message for error in refused.value.errors])
    assert await people(district) == []
    assert await events(district) == []


async def test_an_import_with_consent_is_active_and_known_and_its_checks_hold(district):
    cli = await district.asker("cli")
    matching = await district.asker("matching")
    wish = a_registration(
        via=Via.IMPORT,
        consented_on=date(2024, 5, 4),
        checks=[HeldCheck(check=Check.CONDUCT_CERTIFICATE, valid_until=date(2027, 1, 31))],
        languages=[{"tag": "AR", "level": "native", "modes": ["interpret"]}],
        absences=[{"from_on": "2026-12-01", "to_on": "2026-12-24"}],
    )

    answer = await cli.ask(wish)

    assert answer.status == "active"
    (entry,) = (await matching.ask(RosterOf(volunteer_ids=(answer.volunteer_id,)))).entries
    assert (entry.state, entry.known, entry.version) == ("active", True, 1)
    assert [held.check for held in entry.checks] == [Check.CONDUCT_CERTIFICATE]
    assert entry.languages[0].tag == "ar"
    assert entry.absences[0].to_on == date(2026, 12, 24)
    await settled(district, 1)
    (told,) = await events(district, "volunteer_activated")
    assert told["sequence"] == 1


async def test_a_second_import_of_the_same_person_says_known_and_mails_nobody(district):
    cli = await district.asker("cli")
    first = await cli.ask(a_registration(via=Via.IMPORT, consented_on=date(2024, 5, 4)))
    (before,) = await people(district)

    again = await cli.ask(a_registration(via=Via.IMPORT, consented_on=date(2025, 1, 1)))

    assert (again.status, again.volunteer_id) == ("known", first.volunteer_id)
    assert await people(district) == [before]
    await settled(district, 1)


async def test_a_coordinator_registers_by_telephone_with_consent_at_once(district):
    admin = await district.asker("admin")

    answer = await admin.ask(
        a_registration(
            via=Via.PHONE,
            staff_id=new_id(),
            email=None,
            phone="03447 1234",
            consented_on=date(2026, 11, 23),
        )
    )

    (row,) = await people(district)
    assert (answer.status, row["consented_via"]) == ("active", "phone")
    assert row["known_since"] is not None


async def test_an_import_without_consent_waits_for_it_and_keeps_the_checks(district):
    cli = await district.asker("cli")
    held = HeldCheck(check=Check.CONFIDENTIALITY, valid_until=date(2030, 1, 1))

    answer = await cli.ask(a_registration(via=Via.IMPORT, checks=[held]))

    (row,) = await people(district)
    assert (answer.status, row["state"], row["known_since"]) == (
        "unconfirmed",
        "unconfirmed",
        None,
    )
    assert len(await district.sql("SELECT * FROM profiles.volunteer_checks")) == 1
    await settled(district, 1)
    assert await names_of_events(district) == ["volunteer_registered"]


async def test_from_outside_nobody_is_known_by_their_own_word(district):
    portal = await district.asker("portal")

    await portal.ask(
        a_registration(
            via=Via.PHONE,
            consented_on=date(2024, 5, 4),
            checks=[HeldCheck(check=Check.CONFIDENTIALITY, valid_until=date(2030, 1, 1))],
        )
    )

    (row,) = await people(district)
    assert (row["state"], row["known_since"], row["consented_at"]) == (
        "unconfirmed",
        None,
        None,
    )
    assert await district.sql("SELECT * FROM profiles.volunteer_checks") == []


async def test_an_expired_check_and_a_future_consent_are_refused_by_name(district):
    cli = await district.asker("cli")

    with pytest.raises(WishRefused) as refused:
        await cli.ask(
            a_registration(
                via=Via.IMPORT,
                consented_on=date(2026, 11, 24),
                checks=[HeldCheck(check=Check.TRAINING, valid_until=date(2026, 11, 22))],
            )
        )

    assert [error.field for error in refused.value.errors] == [
        "consented_on",
        "checks.0.valid_until",
    ]
    assert await people(district) == []


async def test_events_and_logs_of_a_registration_hold_nothing_personal(district, capfd):
    portal = await district.asker("portal")
    await portal.ask(a_registration(phone="03447 586123", last_name="Haddad-Quirin"))
    await portal.ask(a_registration(phone="03447 586123", last_name="Haddad-Quirin"))
    await settled(district, 2)

    told = json.dumps(await events(district)) + "".join(capfd.readouterr())
    kept = await everything_in(district, "profiles")

    assert "volunteer_registered" in told
    for personal in ("Amira", "Haddad", "haddad.example", "3447 586123", "04600"):
        assert personal in kept
        assert personal not in told


async def test_who_has_not_confirmed_gets_the_confirmation_mail_but_is_not_in_the_roster(
    district,
):
    portal = await district.asker("portal")
    answer = await portal.ask(a_registration(locale="uk-UA"))
    notifications = await district.asker("notifications")
    matching = await district.asker("matching")

    whom = await notifications.ask(VolunteerRecipient(volunteer_id=answer.volunteer_id))

    assert (whom.found, whom.display_name, whom.locale) == (True, "Amira Haddad", "uk")
    assert (await matching.ask(RosterOf(volunteer_ids=(answer.volunteer_id,)))).entries == ()


async def test_a_volunteer_without_an_address_is_there_and_is_not_written_to(district):
    portal = await district.asker("portal")
    answer = await portal.ask(a_registration(email=None, phone="0151 1234567", channel="phone"))
    notifications = await district.asker("notifications")
    admin = await district.asker("admin")

    whom = await notifications.ask(VolunteerRecipient(volunteer_id=answer.volunteer_id))

    assert (whom.found, whom.email, whom.first_name) == (True, None, "Amira")
    (card,) = (
        await admin.ask(VolunteerCards(volunteer_ids=(answer.volunteer_id, new_id())))
    ).cards
    assert (card.name, card.phone, card.channel) == (
        "Amira Haddad",
        "+49 151 1234567",
        Channel.PHONE,
    )


async def test_a_key_is_this_wish_s_alone(district):
    portal = await district.asker("portal")
    key = a_key()
    await portal.ask(a_registration(command_key=key))

    with pytest.raises(WishRefused):
        await portal.ask(a_registration(command_key=key, phone="03447 1234"))


@pytest.mark.parametrize("via", [Via.IMPORT, Via.WEB])
async def test_a_dry_run_checks_everything_and_stores_nothing(district, via):
    cli = await district.asker("cli")

    answer = await cli.ask(a_registration(via=via, dry_run=True))
    with pytest.raises(WishRefused) as refused:
        await cli.ask(a_registration(via=via, dry_run=True, postcode="99999"))

    assert answer.status == "checked"
    assert refused.value.field == "postcode"
    assert await people(district) == []
    assert await names_of_events(district) == []
