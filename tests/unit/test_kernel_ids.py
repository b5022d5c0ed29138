"""Ids are UUIDs that sort by their time."""

from shared.kernel.ids import new_id


def test_ids_are_uuids_of_version_seven_that_sort_as_they_were_made():
    ids = [new_id() for _ in range(1000)]

    assert {made.version for made in ids} == {7}
    assert len(set(ids)) == 1000
    assert ids == sorted(ids)
