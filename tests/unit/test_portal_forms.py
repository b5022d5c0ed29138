"""What is typed into the portal's forms becomes what the owners keep, and back, without a loss."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.portal.pages.content import merged
from services.portal.pages.inputs import RequestChange
from services.portal.pages.keys import Wish
from services.portal.pages.registering import DayPart, HelpForm, registration_of, times_of
from services.portal.pages.request_form import RequestForm, content_from, values_of
from services.portal.pages.rows import compacted, renamed, rows_filled
from shared.contracts.network import HandoverShown
from shared.contracts.requests import RequestContent
from shared.contracts.values import Dated, LanguageAsked, Times
from shared.kernel.errors import FieldsRefused, Refusal
from shared.kernel.fields import Check, Field, Gender, Kind
from shared.kernel.slots import TIMEZONE
from shared.kernel.weeks import Week
from shared.web.forms import Form, parse_form

NOBODY = HandoverShown(found=False)

lines = st.text(alphabet="abcäöü 123", min_size=1, max_size=20).map(str.strip).filter(bool)
days = st.dates(date(2020, 1, 1), date(2040, 12, 31))
clocks = st.times().map(lambda moment: moment.replace(second=0, microsecond=0))


@st.composite
def slots(draw: st.DrawFn) -> Dated:
    """Any slot that `requests` keeps: to the second, over several days, in any offset."""
    start = datetime.combine(draw(days), draw(st.times()), UTC)
    length = draw(st.timedeltas(timedelta(minutes=1), timedelta(days=7)))
    return Dated(starts_at=start, ends_at=start + length)


weekly = st.builds(
    lambda weekday, start, end: Times(weekday=weekday, from_=f"{start:%H:%M}", to=end),
    st.integers(0, 6),
    clocks,
    st.one_of(
        clocks.filter(lambda end: end != time(0)).map("{:%H:%M}".format), st.just("24:00")
    ),
)


def minute_of(slot: Dated) -> datetime:
    """What a form shows of a start: no two dates of a request begin in the same minute."""
    return slot.starts_at.replace(second=0, microsecond=0)


@st.composite
def contents(draw: st.DrawFn) -> RequestContent:
    """Content as `requests` hands it out: dates of one sort."""
    regular = draw(st.booleans())
    dates = st.lists(slots(), min_size=1, max_size=5, unique_by=minute_of)
    return RequestContent(
        kind=draw(st.sampled_from(Kind)),
        field=draw(st.sampled_from(Field)),
        title=draw(lines),
        description=draw(st.one_of(st.just(""), lines)),
        places=draw(st.integers(1, 500)),
        postcode=draw(st.one_of(st.none(), st.just("04600"))),
        municipality=draw(st.one_of(st.none(), lines)),
        meeting_point=draw(st.one_of(st.none(), lines)),
        remote=draw(st.booleans()),
        languages=tuple(
            LanguageAsked(tag=tag, level="B1")
            for tag in draw(st.lists(st.sampled_from(["ar", "de", "uk"]), max_size=3))
        ),
        skills=tuple(sorted(draw(st.sets(st.sampled_from(["baking", "music"]))))),
        checks=tuple(sorted(draw(st.sets(st.sampled_from(Check))))),
        slots=() if regular else tuple(draw(dates)),
        weekly=tuple(draw(st.lists(weekly, min_size=1, max_size=4))) if regular else (),
        starts_on=draw(days) if regular else None,
        ends_on=draw(st.one_of(st.none(), days)) if regular else None,
        answer_by=draw(st.one_of(st.none(), slots().map(lambda slot: slot.starts_at))),
        urgent=draw(st.booleans()),
        minors_present=draw(st.booleans()),
        wished_gender=draw(st.one_of(st.none(), st.sampled_from(Gender))),
        reimbursement=draw(st.booleans()),
        lift_offered=draw(st.booleans()),
    )


def as_sent(form: Form[RequestForm]) -> dict[str, tuple[str, ...]]:
    return dict(form.typed)


@given(contents())
def test_a_request_that_is_opened_and_sent_back_stays_as_it_was(
    content: RequestContent,
) -> None:
    shown = Form[RequestForm].blank(values_of(content, NOBODY, TIMEZONE, 3))

    form = parse_form(as_sent(shown), RequestForm)

    assert form.value is not None, form.errors
    assert form.value.version == 3
    assert content_from(form.value, TIMEZONE, content) == content


def typed(**fields: str) -> RequestForm:
    names = {name.replace("__", "."): [value] for name, value in fields.items()}
    form = parse_form(names, RequestForm)
    assert form.value is not None, form.errors
    return form.value


class TestDates:
    @pytest.mark.parametrize(
        ("start", "end", "hours"),
        [("17:00", "19:00", 2), ("20:00", "00:30", 4.5), ("18:00", "00:00", 6)],
    )
    def test_a_date_may_go_on_into_the_night(self, start: str, end: str, hours: float) -> None:
        said = typed(slots__0__on="2026-12-02", slots__0__from=start, slots__0__to=end)

        [slot] = content_from(said, TIMEZONE).slots

        assert slot.ends_at - slot.starts_at == timedelta(hours=hours)

    def test_a_slip_is_left_for_its_owner_to_refuse(self) -> None:
        said = typed(slots__0__on="2026-12-02", slots__0__from="18:00", slots__0__to="17:00")

        [slot] = content_from(said, TIMEZONE).slots

        assert slot.ends_at < slot.starts_at

    def test_hours_are_those_of_the_district_in_winter_and_summer(self) -> None:
        said = typed(
            slots__0__on="2026-12-02",
            slots__0__from="18:00",
            slots__0__to="20:00",
            slots__1__on="2027-06-02",
            slots__1__from="18:00",
            slots__1__to="20:00",
        )

        winter, summer = content_from(said, TIMEZONE).slots

        assert (
            winter.starts_at.astimezone(UTC).hour,
            summer.starts_at.astimezone(UTC).hour,
        ) == (
            17,
            16,
        )

    @pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01"])
    def test_a_year_that_must_be_a_slip_is_refused(self, day: str) -> None:
        names = {"slots.0.on": [day], "slots.0.from": ["18:00"], "slots.0.to": ["20:00"]}

        assert parse_form(names, RequestForm).error("slots.0.on") is not None

    def test_answers_are_awaited_until_the_end_of_the_day(self) -> None:
        answer_by = content_from(typed(answer_by_on="2026-12-01"), TIMEZONE).answer_by

        assert answer_by is not None
        assert answer_by.astimezone(TIMEZONE).time() == time(23, 59)


class TestRows:
    def test_rows_close_up_so_that_errors_find_them(self) -> None:
        form = parse_form(
            {
                "slots.0.on": [""],
                "slots.2.on": ["2026-12-02"],
                "slots.2.from": ["18:00"],
                "slots.11.on": ["2026-12-03"],
                "title": ["Café"],
            },
            RequestForm,
        )

        closed = compacted(form, "slots")

        assert {name: values[0] for name, values in closed.typed.items() if values[0]} == {
            "slots.0.on": "2026-12-02",
            "slots.0.from": "18:00",
            "slots.1.on": "2026-12-03",
            "title": "Café",
        }
        assert closed.error("slots.0.to") is not None
        assert closed.error("slots.1.from") is not None
        assert rows_filled(closed, "slots") == 2

    def test_errors_move_to_the_fields_that_the_form_has(self) -> None:
        form = (
            Form[RequestForm]
            .blank()
            .refused_by(
                FieldsRefused(
                    [
                        Refusal("over", field="slots.3.starts_at"),
                        Refusal("late", field="answer_by"),
                        Refusal("none", field="title"),
                    ]
                )
            )
        )

        moved = renamed(form, {r"slots\.(\d+)\.\w+": r"slots.\1", "answer_by": "until"})

        assert [error.field for error in moved.errors] == ["slots.3", "until", "title"]


def test_what_a_service_refused_is_another_wish_when_it_is_put_right() -> None:
    """The owner keeps the refusal under the first key; with it nothing else would be taken."""
    form = Form[RequestForm].blank()

    assert form.refused_by(Refusal("no", field="title")).nonce != form.nonce


class TestTimes:
    @given(
        st.sets(st.integers(0, 6)).map(lambda found: tuple(sorted(found))),
        st.sets(st.sampled_from(DayPart)).map(lambda found: tuple(sorted(found))),
    )
    def test_what_is_not_ticked_is_unknown_and_never_no(
        self, days: tuple[int, ...], parts: tuple[DayPart, ...]
    ) -> None:
        times = times_of(days, parts)

        if not days and not parts:
            assert times is None
            return
        assert times is not None
        week = Week.from_entries([entry.model_dump() for entry in times])
        assert {day for day, bits in enumerate(week.days) if bits} == set(days or range(7))

    def test_a_form_without_a_tick_agrees_to_nothing(self) -> None:
        assert registration_of(HelpForm(first_name="Ada"), "key-12345").consent_version == ""
        assert registration_of(HelpForm(consent=True), "key-12345").consent_version


class TestMerging:
    BEFORE = RequestContent(
        title="Café",
        places=1,
        slots=(
            Dated(
                starts_at=datetime(2026, 12, 2, 17, tzinfo=UTC),
                ends_at=datetime(2026, 12, 2, 19, tzinfo=UTC),
            ),
        ),
        postcode="04600",
    )

    def test_what_is_not_sent_stays_and_null_takes_away(self) -> None:
        change = RequestChange.model_validate({"places": 3, "postcode": None, "version": 1})

        after = merged(self.BEFORE, change)

        assert after == self.BEFORE.model_copy(update={"places": 3, "postcode": None})

    def test_weekly_hours_take_the_place_of_dates(self) -> None:
        weekly = {"weekday": 2, "from": "18:00", "to": "20:00"}
        change = RequestChange.model_validate({"weekly": [weekly], "starts_on": "2026-12-01"})

        after = merged(self.BEFORE, change)

        assert after.slots == ()
        assert [times.from_ for times in after.weekly] == ["18:00"]


class TestWishes:
    def test_a_repeated_wish_has_the_same_key_and_names_the_same_request(self) -> None:
        first, second = Wish.of("monday"), Wish.of("monday")

        assert first.key("post", 1) == second.key("post", 1)
        assert first.chosen_id("request", 1) == second.chosen_id("request", 1)

    def test_another_scope_is_another_wish(self) -> None:
        wish = Wish.of("monday")

        assert len({wish.key("post", 1), wish.key("post", 2), wish.key("change", 1)}) == 3
        assert wish.chosen_id("request", 1) != wish.chosen_id("request", 2)

    def test_without_a_key_each_call_is_its_own(self) -> None:
        assert Wish.of(None).key("post", 1) != Wish.of(None).key("post", 1)
        wish = Wish.of(None)
        assert wish.key("post", 1) == wish.key("post", 1)

    @given(st.text(max_size=300))
    def test_every_key_fits_and_shows_nothing_of_what_was_sent(self, sent: str) -> None:
        key = Wish.of(sent).key("change", "x" * 36, "y" * 36)

        assert 8 <= len(key) <= 200
        assert len(sent) < 9 or sent not in key
