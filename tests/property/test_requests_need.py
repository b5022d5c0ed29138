"""Whatever an organisation sends: a valid need, or a refusal that names fields it has."""

from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta, timezone
from itertools import pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.requests.domain.content import Content, material
from services.requests.domain.dates import MAX_DATES
from services.requests.domain.need import MAX_PLACES, need_of
from services.requests.domain.words import MAX_DESCRIPTION, MAX_TITLE
from services.requests.handlers.wire import content_from, content_to, need_to
from shared.contracts import requests as contract
from shared.district import load_district
from shared.kernel.errors import Refusal
from shared.kernel.fields import Check, Field, Gender, Kind
from shared.kernel.text import contains_contact_details

DISTRICT = load_district()
NOW = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)
FIELDS = {field.name for field in fields(Content)}
INNER = {
    "slots": {"starts_at", "ends_at"},
    "weekly": {"weekday", "from", "to"},
    "languages": {"tag", "level"},
    "skills": set(),
}

NEAR = st.integers(-3, 400).map(lambda hours: NOW + timedelta(hours=hours))
ANY_TIME = st.datetimes(
    timezones=st.none() | st.sampled_from([UTC, timezone(timedelta(hours=-11))])
)
MOMENTS = NEAR | NEAR | NEAR | ANY_TIME
SLOTS = st.tuples(NEAR, st.integers(1, 8)).map(
    lambda pair: (pair[0], pair[0] + timedelta(hours=pair[1]))
) | st.tuples(MOMENTS, MOMENTS)
CLOCK_TIMES = st.sampled_from(["00:00", "08:00", "18:30", "24:00", "23:59", "99:99", ""])
WEEKLY = st.fixed_dictionaries(
    {"weekday": st.integers(-1, 7), "from": CLOCK_TIMES, "to": CLOCK_TIMES}
)
DAYS = st.integers(-10, 900).map(lambda days: NOW.date() + timedelta(days=days)) | st.dates()
WORDS = st.text(max_size=200) | st.sampled_from(
    ["Deutsch üben", "ruf an: 0171 2345678", "x" * 500, "a\x00b", "wir@example.org", ""]
)
TAGS = st.sampled_from(["de", "ar", "uk", "AR_sy", "prs", "xx", "qaa", ""]) | st.text(
    max_size=8
)
LEVELS = st.sampled_from(["A1", "c2", "native", "D1", ""])
POSTCODES = st.sampled_from(["04600", "04626", "04618 ", "07545", "80331", ""]) | st.text(
    max_size=6
)

CONTENTS = st.builds(
    Content,
    kind=st.none() | st.sampled_from(Kind),
    field=st.none() | st.sampled_from(Field),
    title=st.none() | WORDS,
    task=st.none() | st.sampled_from([*DISTRICT.tasks, "no_such_task"]),
    description=WORDS,
    places=st.none() | st.integers(-1, 3) | st.integers(),
    postcode=st.none() | POSTCODES,
    municipality=st.none() | st.sampled_from(["Altenburg", "nobitz", "Mond"]) | WORDS,
    meeting_point=st.none() | WORDS,
    contact_id=st.none() | st.uuids(),
    remote=st.booleans(),
    languages=st.lists(st.tuples(TAGS, LEVELS), max_size=12).map(tuple),
    skills=st.lists(
        st.sampled_from([*DISTRICT.skills, "flying"]) | st.text(max_size=5), max_size=12
    ).map(tuple),
    checks=st.lists(st.sampled_from(Check), max_size=5).map(tuple),
    slots=st.lists(SLOTS, max_size=4).map(tuple),
    weekly=st.lists(WEEKLY, max_size=3).map(tuple),
    starts_on=st.none() | DAYS,
    ends_on=st.none() | DAYS,
    answer_by=st.none() | MOMENTS,
    urgent=st.booleans(),
    minors_present=st.booleans(),
    wished_gender=st.none() | st.sampled_from(Gender),
    reimbursement=st.booleans(),
    lift_offered=st.booleans(),
)
GOOD_SLOTS = st.sets(st.integers(1, 300), min_size=1, max_size=5).map(
    lambda days: tuple(
        (NOW + timedelta(days=day), NOW + timedelta(days=day, hours=2)) for day in days
    )
)
GOOD = st.builds(
    Content,
    kind=st.sampled_from([kind for kind in Kind if kind is not Kind.SINGLE]),
    field=st.sampled_from(Field),
    title=st.sampled_from(["Deutsch üben", " Sprach-\tcafé "]),
    description=st.sampled_from(["", "Wir treffen uns.\r\n\r\n\r\n\r\nBitte kommen."]),
    places=st.integers(1, MAX_PLACES),
    postcode=st.sampled_from(sorted(DISTRICT.postcodes)),
    municipality=st.none() | st.sampled_from(["Altenburg", "Nobitz", "Posa"]),
    remote=st.booleans(),
    languages=st.lists(
        st.tuples(st.sampled_from(["AR_sy", "uk", "prs"]), st.sampled_from(["b2", "native"])),
        unique_by=lambda pair: pair[0],
    ).map(tuple),
    skills=st.lists(st.sampled_from(sorted(DISTRICT.skills)), max_size=4).map(tuple),
    checks=st.lists(st.sampled_from(Check), max_size=4).map(tuple),
    slots=GOOD_SLOTS,
    answer_by=st.none() | st.just(NOW + timedelta(hours=5)),
)
GOOD_WEEKLY = st.builds(
    Content,
    kind=st.sampled_from([Kind.SERIES, Kind.INTERPRETING]),
    field=st.just(Field.SPORT_CULTURE),
    title=st.just("Training"),
    places=st.just(3),
    postcode=st.just("04610"),
    weekly=st.sets(st.integers(0, 6), min_size=1, max_size=3).map(
        lambda days: tuple(
            {"weekday": day, "from": "17:30", "to": "01:00" if day == 5 else "19:00"}
            for day in days
        )
    ),
    starts_on=st.integers(0, 60).map(lambda days: date(2026, 5, 4) + timedelta(days=days)),
    ends_on=st.integers(70, 200).map(lambda days: date(2026, 5, 4) + timedelta(days=days)),
)

relaxed = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def names_a_field(path: str) -> bool:
    name, *inner = path.split(".")
    if name not in FIELDS:
        return False
    if not inner:
        return True
    position, *key = inner
    return position.isdecimal() and name in INNER and (not key or key[0] in INNER[name])


@relaxed
@given(CONTENTS | GOOD | GOOD_WEEKLY)
def test_any_content_is_a_need_or_a_refusal_that_names_its_fields(content):
    errors = None
    try:
        need, kept = need_of(content, DISTRICT, NOW)
    except Refusal as refusal:
        errors = refusal.errors
    if errors is None:
        assert_valid(need, kept)
    else:
        assert errors
        assert all(names_a_field(error.field) for error in errors), errors
        assert all(error.code and error.message for error in errors)


def assert_valid(need, kept):
    assert 1 <= need.places <= MAX_PLACES
    assert 1 <= len(need.slots) <= MAX_DATES
    assert need.slots[0].starts_at > NOW
    assert all(one.ends_at <= other.starts_at for one, other in pairwise(need.slots))
    assert need.answer_by is None or need.answer_by < need.slots[0].starts_at
    assert (need.point is None) == need.remote
    assert 0 < len(kept.title) <= MAX_TITLE
    assert len(kept.description) <= MAX_DESCRIPTION
    assert not any(
        contains_contact_details(words or "")
        for words in (kept.title, kept.description, kept.meeting_point, kept.municipality)
    )
    need_to(need)
    content_to(kept)


@relaxed
@given(GOOD | GOOD_WEEKLY)
def test_a_kept_content_gives_the_same_need_again(content):
    need, kept = need_of(content, DISTRICT, NOW)

    assert need_of(kept, DISTRICT, NOW) == (need, kept)
    assert not material(kept, kept)


@relaxed
@given(GOOD | GOOD_WEEKLY)
def test_a_kept_content_survives_the_wire_and_the_database(content):
    _, kept = need_of(content, DISTRICT, NOW)
    stored = content_to(kept).model_dump_json()

    assert content_from(contract.RequestContent.model_validate_json(stored)) == kept


@relaxed
@given(GOOD | GOOD_WEEKLY)
def test_good_content_is_never_refused(content):
    need, _ = need_of(content, DISTRICT, NOW)

    assert contract.Need.model_validate_json(need_to(need).model_dump_json()) == need_to(need)


@relaxed
@given(GOOD, st.randoms(use_true_random=False))
def test_the_order_of_slots_does_not_matter(content, random):
    slots = list(content.slots)
    random.shuffle(slots)

    shuffled = replace(content, slots=tuple(slots))

    assert need_of(shuffled, DISTRICT, NOW) == need_of(content, DISTRICT, NOW)


def test_the_largest_number_of_places_is_the_same_on_the_wire():
    assert MAX_PLACES == contract.MAX_PLACES
