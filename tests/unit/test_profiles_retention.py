"""The deletion job reads the declarations: what it will end, and what it refuses to guess."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Column, Date, DateTime, Integer, MetaData, String, Table

from services.network.store import Row as NetworkRow
from services.profiles.store import Row as ProfilesRow
from shared.persistence.personal import Basis, personal, undeclared
from shared.persistence.retention import RetentionUnclear, rules_of

PUBLIC_TASK = Basis.PUBLIC_TASK


def ends(metadata):
    """What the rules of a service end, in days after what."""
    return {
        (rule.table.name, rule.whole_row, rule.keep.days, rule.counted_from)
        for rule in rules_of(metadata)
    }


MESSAGES = {("inbox", True, 40, "seen_at"), ("replies", True, 40, "stored_at")}


def test_profiles_forgets_the_unconfirmed_the_checks_and_the_absences():
    assert ends(ProfilesRow.metadata) == MESSAGES | {
        ("volunteers", True, 14, "unconfirmed_since"),
        ("volunteers", False, 0, "absent_until"),
        ("volunteer_checks", True, 92, "valid_until"),
    }


def test_network_forgets_the_unconfirmed_and_who_is_not_named_any_more():
    assert ends(NetworkRow.metadata) == MESSAGES | {
        ("organisations", True, 14, "unconfirmed_since"),
        ("handover_contacts", True, 1095, "last_named_at"),
    }


@pytest.mark.parametrize("metadata", [ProfilesRow.metadata, NetworkRow.metadata])
def test_no_column_that_can_be_about_a_person_is_undeclared(metadata):
    assert [name for table in metadata.sorted_tables for name in undeclared(table)] == []


def a_table(*columns):
    return Table("t", MetaData(), Column("t_id", Integer, primary_key=True), *columns)


def a_column(name, kind=String, *, nullable=True, **declared):
    return Column(
        name, kind, nullable=nullable, info=personal("A test.", PUBLIC_TASK, **declared)
    )


@pytest.mark.parametrize("counted_from", [None, "nowhere"])
def test_a_time_that_is_counted_from_nothing_is_refused(counted_from):
    table = a_table(a_column("note", keep=timedelta(days=1), counted_from=counted_from))

    with pytest.raises(RetentionUnclear, match=r"t\.note"):
        rules_of(table.metadata)


def test_values_that_can_be_empty_are_emptied_and_others_take_their_row_along():
    moment = Column("at", DateTime(timezone=True))
    some = {"keep": timedelta(days=1), "counted_from": "at"}
    other = {"keep": timedelta(days=2), "counted_from": "at"}
    table = a_table(
        moment,
        a_column("note", **some),
        a_column("text", **some),
        a_column("name", nullable=False, **other),
        a_column("kept"),
    )

    rules = rules_of(table.metadata)

    assert [(rule.columns, rule.whole_row) for rule in rules] == [
        (("note", "text"), False),
        (("name",), True),
    ]


def test_a_day_is_compared_with_days_and_a_moment_with_moments():
    now = datetime(2026, 11, 23, 11, tzinfo=UTC)
    keep = {"keep": timedelta(days=1)}
    table = a_table(
        a_column("on", Date, counted_from="on", **keep),
        a_column("at", DateTime(timezone=True), counted_from="at", **keep),
    )

    by_day, by_moment = (
        next(iter(rule.over(now).compile().params.values()))
        for rule in rules_of(table.metadata)
    )

    assert by_day == datetime(2026, 11, 22, tzinfo=UTC).date()
    assert by_moment == datetime(2026, 11, 22, 11, tzinfo=UTC)
