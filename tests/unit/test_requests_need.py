"""What a request may say: each slip is refused by the name of its field, all of them at once."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from services.requests.domain.content import Content, material
from services.requests.domain.need import Need, need_of
from shared.district import load_district
from shared.kernel.errors import FieldsRefused, Refusal
from shared.kernel.fields import Check, Field, Kind

DISTRICT = load_district()
NOW = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)  # a Monday
TOMORROW = NOW + timedelta(days=1)


def a_slot(days: float = 1, hours: float = 2) -> tuple[datetime, datetime]:
    start = NOW + timedelta(days=days)
    return start, start + timedelta(hours=hours)


def a_content(**more: object) -> Content:
    content = Content(
        kind=Kind.SERIES,
        field=Field.LANGUAGE,
        title="Deutsch üben",
        places=2,
        postcode="04600",
        slots=(a_slot(),),
    )
    return replace(content, **more)


def weekly(*entries: tuple[int, str, str]) -> tuple[dict[str, object], ...]:
    return tuple({"weekday": day, "from": start, "to": end} for day, start, end in entries)


def errors_of(content: Content, **more: object) -> dict[str, str]:
    """Codes by field of a content that must be refused."""
    with pytest.raises(Refusal) as caught:
        need_of(content, DISTRICT, NOW, **more)
    found = [(error.field, error.code) for error in caught.value.errors]
    assert len({field for field, _ in found}) == len(found)
    return dict(found)


def need(content: Content) -> Need:
    return need_of(content, DISTRICT, NOW)[0]


def test_a_valid_content_becomes_a_need_in_codes():
    found, kept = need_of(
        a_content(
            title="  Deutsch \n üben ",
            languages=(("AR_sy", "b2"), ("uk", "native")),
            skills=("teaching_german", "baking", "baking"),
            checks=(Check.FIRST_TALK,),
        ),
        DISTRICT,
        NOW,
    )

    assert [(n.tag, n.level) for n in found.languages] == [("ar-SY", "B2"), ("uk", "native")]
    assert found.skills == ("baking", "teaching_german")
    assert found.municipality_code == "altenburg"
    assert found.point == DISTRICT.locate("04600", "Altenburg")
    assert kept.title == "Deutsch üben"
    assert kept.municipality == "Altenburg"
    assert kept.languages == (("ar-SY", "B2"), ("uk", "native"))


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"kind": None}, "kind", "requests.required"),
        ({"field": None}, "field", "requests.required"),
        ({"title": None}, "title", "text.missing"),
        ({"title": " \u200b "}, "title", "text.missing"),
        ({"title": "x" * 121}, "title", "text.too_long"),
        ({"title": "a\x00b"}, "title", "text.unprintable"),
        ({"title": "Bitte 03447 123456 anrufen"}, "title", "requests.contact_details"),
        ({"description": "y" * 4001}, "description", "text.too_long"),
        ({"description": "y" * 1_000_000}, "description", "text.too_long"),
        ({"description": "a\x1bb"}, "description", "text.unprintable"),
        (
            {"description": "schreib an x@example.org"},
            "description",
            "requests.contact_details",
        ),
        ({"meeting_point": "Tel. 0171 2345678"}, "meeting_point", "requests.contact_details"),
        ({"places": None}, "places", "requests.required"),
        ({"places": 0}, "places", "requests.places_out_of_range"),
        ({"places": -1}, "places", "requests.places_out_of_range"),
        ({"places": 10_000}, "places", "requests.places_out_of_range"),
        ({"postcode": None}, "postcode", "requests.place_required"),
        ({"postcode": " "}, "postcode", "requests.place_required"),
        ({"postcode": "80331"}, "postcode", "district.postcode_unknown"),
        ({"languages": (("xx-", "B2"),)}, "languages.0.tag", "languages.unknown"),
        (
            {"languages": (("de", "A1"), ("uk", "D7"))},
            "languages.1.level",
            "languages.level_unknown",
        ),
        (
            {"languages": (("de", "A1"), ("ger", "B1"))},
            "languages.1.tag",
            "requests.language_twice",
        ),
        ({"languages": (("de", "A1"),) * 11}, "languages", "requests.too_many_entries"),
        ({"skills": ("baking", "flying")}, "skills.1", "requests.skill_unknown"),
        ({"task": "no_such_task"}, "task", "requests.task_unknown"),
        ({"slots": ()}, "slots", "requests.dates_required"),
        ({"slots": (a_slot(-1),)}, "slots.0.starts_at", "requests.slot_in_the_past"),
        ({"slots": (a_slot(0),)}, "slots.0.starts_at", "requests.slot_in_the_past"),
        ({"slots": (a_slot(1, -1),)}, "slots.0.ends_at", "slots.ends_before_it_starts"),
        ({"slots": (a_slot(1, 0),)}, "slots.0.ends_at", "slots.ends_before_it_starts"),
        ({"slots": (a_slot(1, 24 * 8),)}, "slots.0.ends_at", "slots.too_long"),
        (
            {"slots": (tuple(t.replace(tzinfo=None) for t in a_slot()),)},
            "slots.0.starts_at",
            "slots.time_zone_missing",
        ),
        (
            {"slots": (a_slot(2), a_slot(1), a_slot(2.01))},
            "slots.2",
            "requests.slots_overlap",
        ),
        ({"slots": (a_slot(1, 72), a_slot(3, 1))}, "slots.1", "requests.slots_overlap"),
        (
            {"slots": tuple(a_slot(day) for day in range(1, 122))},
            "slots",
            "requests.too_many_dates",
        ),
        (
            {"kind": Kind.SINGLE, "slots": (a_slot(1), a_slot(2))},
            "slots",
            "requests.several_days",
        ),
        ({"starts_on": date(2026, 6, 1)}, "starts_on", "requests.only_with_weekly"),
        ({"answer_by": NOW}, "answer_by", "requests.answer_by_past"),
        ({"answer_by": TOMORROW}, "answer_by", "requests.answer_by_too_late"),
        ({"answer_by": NOW.replace(tzinfo=None)}, "answer_by", "slots.time_zone_missing"),
    ],
)
def test_one_slip_is_refused_by_the_name_of_its_field(change, field, code):
    assert errors_of(a_content(**change)) == {field: code}


def test_all_slips_are_told_at_once():
    content = a_content(
        title="", places=0, postcode="1", slots=(a_slot(-1), a_slot(1, -2)), skills=("flying",)
    )

    assert set(errors_of(content)) == {
        "title",
        "places",
        "postcode",
        "slots.0.starts_at",
        "slots.1.ends_at",
        "skills.0",
    }
    with pytest.raises(FieldsRefused) as caught:
        need_of(content, DISTRICT, NOW)
    assert caught.value.field == "title"


@pytest.mark.parametrize(
    ("slots", "fields"),
    [
        ((a_slot(-1),), {"slots.0.starts_at"}),
        ((a_slot(-1), a_slot(20)), {"slots.0.starts_at", "answer_by"}),
        ((a_slot(-1), a_slot(30)), {"slots.0.starts_at"}),
    ],
)
def test_answers_are_not_too_late_for_a_date_that_is_over(slots, fields):
    content = a_content(kind=Kind.EVENT_HELP, slots=slots, answer_by=NOW + timedelta(days=25))

    assert set(errors_of(content)) == fields


def test_every_slot_within_a_longer_one_is_named():
    content = a_content(slots=(a_slot(1, 72), a_slot(2, 1), a_slot(3, 1)))

    assert set(errors_of(content)) == {"slots.1", "slots.2"}


def test_a_refusal_repeats_nothing_that_was_typed():
    with pytest.raises(Refusal) as caught:
        need_of(a_content(title="ruf an: 03447 123456"), DISTRICT, NOW)

    assert "123456" not in str(caught.value)
    assert "contact_name" in caught.value.message


def test_a_task_gives_kind_field_and_title():
    found, kept = need_of(
        a_content(kind=None, field=None, title=None, task="homework_help"), DISTRICT, NOW
    )

    assert (found.kind, found.field) == (Kind.SERIES, Field.EDUCATION)
    assert kept.title == "Hausaufgabenhilfe"


def test_what_is_said_wins_over_the_task():
    found, kept = need_of(
        a_content(task="homework_help", kind=Kind.EVENT_HELP, title="Lesefest"), DISTRICT, NOW
    )

    assert found.kind is Kind.EVENT_HELP
    assert kept.title == "Lesefest"


def test_a_neighbouring_postcode_has_coordinates_and_no_municipality():
    found = need(a_content(postcode="07545", municipality="Gera"))

    assert found.point == DISTRICT.locate("07545")
    assert found.municipality_code is None


def test_a_remote_request_needs_no_postcode_and_has_no_point():
    assert need(a_content(remote=True, postcode=None)).point is None
    known = need(a_content(remote=True, postcode="04618"))
    assert known.point is None
    assert known.remote


def test_two_slots_on_one_day_are_still_single():
    both = a_content(kind=Kind.SINGLE, slots=(a_slot(1, 1), a_slot(1.2, 1)))

    assert len(need(both).slots) == 2


def test_touching_slots_do_not_overlap():
    assert len(need(a_content(slots=(a_slot(1, 24), a_slot(2, 24)))).slots) == 2


def test_slots_are_sorted_and_kept_in_utc():
    east = timezone(timedelta(hours=5))
    later, sooner = (tuple(t.astimezone(east) for t in a_slot(day)) for day in (3, 2))

    found, kept = need_of(a_content(slots=(later, sooner)), DISTRICT, NOW)

    assert [slot.starts_at for slot in found.slots] == [a_slot(2)[0], a_slot(3)[0]]
    assert kept.slots == (a_slot(2), a_slot(3))
    assert kept.slots[0][0].tzinfo is UTC


def test_an_accepted_answer_by_may_be_sent_back_when_it_is_over():
    content = a_content(answer_by=NOW + timedelta(hours=1))
    _, kept = need_of(content, DISTRICT, NOW)
    later = NOW + timedelta(hours=2)

    with pytest.raises(Refusal):
        need_of(kept, DISTRICT, later)
    need_of(kept, DISTRICT, later, accepted_answer_by=kept.answer_by)


@pytest.mark.parametrize(
    "change",
    [
        {"slots": (a_slot(3),)},
        {"postcode": "04626"},
        {"municipality": "Nobitz"},
        {"meeting_point": "Rathaus"},
        {"remote": True},
        {"languages": (("uk", "B1"),)},
        {"checks": (Check.CONFIDENTIALITY,)},
    ],
)
def test_time_place_language_and_check_are_material(change):
    assert material(a_content(), a_content(**change))


@pytest.mark.parametrize(
    "change",
    [{"title": "Anders"}, {"description": "Neu"}, {"places": 5}, {"skills": ("baking",)}],
)
def test_words_and_places_are_not_material(change):
    assert not material(a_content(), a_content(**change))
