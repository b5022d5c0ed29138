"""The page of a volunteer: what is known, what is changed, what is ticked and erased."""

from datetime import date

import pytest
from bs4 import BeautifulSoup

from shared.contracts import network, profiles
from shared.contracts.messages import Service
from shared.kernel.fields import Check, Via
from tests.admin_district import JONAS, SCHOOL, VERENA, card, description
from tests.admin_stage import Stage, Visitor, deeds
from tests.portal_scene import fields_of, one

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module")]


def typed_in(page: str) -> dict[str, str | list[str]]:
    """What a browser would send of the form for a description, as it stands."""
    form = one(
        BeautifulSoup(page, "html.parser"), f"main {CHANGE}:has([name=version]):has(fieldset)"
    )
    return fields_of(BeautifulSoup(str(form), "html.parser"))


CHANGE = "form[action$='/change']"


async def test_a_description_that_is_saved_as_it_stands_is_sent_as_it_is_known(
    stage: Stage, karin: Visitor
):
    url = f"/volunteers/{VERENA}"
    assert f'href="{url}/change"' in await karin.open(url)

    answer = await karin.send(f"{url}/change", **typed_in(await karin.open(f"{url}/change")))

    assert answer.headers["Location"] == f"{url}?note=volunteer_changed", answer.text
    (wish,) = stage.sent(profiles.ChangeVolunteer)
    assert (wish.volunteer_id, wish.version, wish.via) == (VERENA, 3, Via.PHONE)
    assert wish.staff_id is not None
    known = description()
    again = profiles.VolunteerDescription.model_validate(wish.model_dump())
    assert again == known.model_copy(update={"absences": known.absences[1:]})
    assert await deeds(stage) == [("change_volunteer", "done", None)]
    assert "Angaben am Telefon geändert" in await karin.open(url)


async def test_what_somebody_says_on_the_telephone_is_changed(stage: Stage, karin: Visitor):
    url = f"/volunteers/{VERENA}/change"
    typed = typed_in(await karin.open(url)) | {
        "email": "verena@new.example",
        "languages.1.tag": "",
        "absences.1.from_on": "2091-05-01",
        "availability": "",
        "gender": "",
    }
    del typed["languages.0.interprets"]

    assert (await karin.send(url, **typed)).status_code == 303

    (wish,) = stage.sent(profiles.ChangeVolunteer)
    assert (wish.email, wish.availability, wish.gender) == ("verena@new.example", None, None)
    assert [(one.tag, one.modes) for one in wish.languages] == [("de", ("write",))]
    assert [one.to_on for one in wish.absences] == [date(2090, 1, 6), date(2091, 5, 1)]


async def test_a_description_that_was_changed_meanwhile_is_looked_at_again(
    stage: Stage, karin: Visitor
):
    url = f"/volunteers/{VERENA}/change"
    typed = typed_in(await karin.open(url)) | {"version": "2", "radius_km": "7"}
    stage.refuse(profiles.ChangeVolunteer, "profiles.version_outdated", "version")

    answer = await karin.send(url, **typed)

    assert answer.status_code == 422
    assert "inzwischen geändert" in answer.text
    kept = typed_in(answer.text)
    assert (kept["version"], kept["radius_km"]) == ("3", "7")


async def test_what_is_wrong_with_a_description_is_told_at_its_row(
    stage: Stage, karin: Visitor
):
    url = f"/volunteers/{VERENA}/change"
    typed = typed_in(await karin.open(url)) | {
        "absences.0.from_on": "",
        "absences.0.to_on": "",
        "absences.1.from_on": "2091-05-01",
        "absences.1.to_on": "2091-04-01",
    }
    stage.refuse(profiles.ChangeVolunteer, "profiles.absence_unclear", "absences.0.to_on")

    answer = await karin.send(url, **typed)

    assert answer.status_code == 422
    assert 'href="#field-absences-1-to_on"' in answer.text


async def test_checks_are_ticked_with_their_last_valid_day(stage: Stage, karin: Visitor):
    url = f"/volunteers/{JONAS}"
    assert "Erstgespräch geführt" in await karin.open(url)
    await karin.send(url, deed="first_talk")
    await karin.send(url, deed="check", check="conduct_certificate", valid_until="2031-01-31")
    lacking = await karin.send(url, deed="check", check="training", valid_until="")

    talk, certificate = stage.sent(profiles.RecordCheck)
    assert talk.held.check is Check.FIRST_TALK
    assert certificate.held.valid_until == date(2031, 1, 31)
    assert lacking.status_code == 422
    assert "letzten gültigen Tag" in lacking.text


async def test_somebody_pauses_and_comes_back(stage: Stage, karin: Visitor):
    url = f"/volunteers/{VERENA}"
    await karin.send(url, deed="pause", weeks="6")
    await karin.send(url, deed="pause")
    await karin.send(url, deed="resume")

    assert [wish.weeks for wish in stage.sent(profiles.PauseVolunteer)] == [6, None]
    assert len(stage.sent(profiles.ResumeVolunteer)) == 1


async def test_erasing_wants_a_tick(stage: Stage, karin: Visitor):
    for url, wish in (
        (f"/volunteers/{VERENA}", profiles.EraseVolunteer),
        (f"/organisations/{SCHOOL}", network.EraseOrganisation),
    ):
        refused = await karin.send(url, deed="erase")
        assert refused.status_code == 422
        assert stage.sent(wish) == []
        assert (await karin.send(url, deed="erase", really="true")).status_code == 303
        assert len(stage.sent(wish)) == 1


async def test_an_export_is_a_file_and_is_logged(stage: Stage, karin: Visitor):
    answer = await karin.client.get(f"/volunteers/{VERENA}/export")

    assert answer.headers["Content-Disposition"].startswith("attachment")
    (told,) = answer.json()["disclosures"]
    assert (told["organisation"], told["given"]) == (
        "Grundschule „Martin Luther“ Altenburg",
        ["first_name", "email"],
    )
    assert [deed for deed, _, _ in await deeds(stage)] == ["export_volunteer"]


async def test_a_description_survives_that_profiles_is_away(lone: tuple[Stage, Visitor]):
    stage, visitor = lone
    url = f"/volunteers/{VERENA}/change"
    typed = typed_in(await visitor.open(url)) | {"radius_km": "7"}
    await stage.stop(Service.PROFILES)

    answer = await visitor.send(url, **typed)

    assert answer.status_code == 503
    assert "Nicht gespeichert" in answer.text
    kept = typed_in(answer.text)
    assert kept == typed


async def test_who_was_known_before_first_talks_were_kept_has_a_page(
    stage: Stage, karin: Visitor
):
    stage.answers[profiles.VolunteerCards] = lambda _: profiles.Cards(
        cards=(card(VERENA, known=True, checks=()),)
    )

    page = await karin.open(f"/volunteers/{VERENA}")

    assert "Das Erstgespräch ist geführt und gilt ohne Ende." in page
