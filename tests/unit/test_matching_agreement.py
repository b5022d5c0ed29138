"""How far coordinators agree with the engine's order."""

from services.matching.domain.agreement import LAST_POSITION, Decided, Deed, Position, agreement


def a_wave(name, *asked):
    """One proposed wave: of each position whether the coordinator let it be asked."""
    return [
        Decided(Deed.APPROVE if yes else Deed.PASSED_OVER, rank, wave=name)
        for rank, yes in enumerate(asked, start=1)
    ]


def test_without_decisions_there_is_nothing_to_agree_with():
    found = agreement(())

    assert (found.waves, found.picks, found.median_rank, found.positions) == (0, 0, None, ())


def test_waves_are_counted_whole_and_by_position():
    found = agreement(
        [*a_wave("a", True, True), *a_wave("b", True, False, True), *a_wave("c", False)]
    )

    assert (found.waves, found.unchanged) == (3, 1)
    assert found.positions == (Position(1, 3, 2), Position(2, 2, 1), Position(3, 1, 1))


def test_what_is_far_down_is_counted_together():
    found = agreement(a_wave("a", *(True,) * (LAST_POSITION + 4)))

    assert found.positions[-1] == Position(LAST_POSITION, 5, 5)


def test_picks_by_hand_are_measured_by_their_rank():
    picks = [Decided(Deed.INVITE, rank, "knows_them") for rank in (1, 3, 4, 10, 40)]

    found = agreement([*picks, Decided(Deed.ASSIGN, 2, "agreed_by_phone")])

    assert (found.picks, found.first_three, found.first_ten) == (6, 3, 5)
    assert found.median_rank == 3.5


def test_going_against_a_rule_is_no_pick_of_the_order_and_is_counted_by_reason():
    found = agreement(
        [
            Decided(Deed.INVITE, None, "knows_them"),
            Decided(Deed.ASSIGN, None, "knows_them"),
            Decided(Deed.ASSIGN, None, None),
        ]
    )

    assert found.picks == 0
    assert found.against_rules == {"knows_them": 2, "not_said": 1}


def test_who_fitted_and_was_left_out_is_counted_by_reason():
    found = agreement(
        [
            Decided(Deed.EXCLUDE, 1, "does_not_fit"),
            Decided(Deed.HOLD_BACK, 2, "kept_for_other"),
            Decided(Deed.EXCLUDE, None, "does_not_fit"),
        ]
    )

    assert found.left_out == {"does_not_fit": 1, "kept_for_other": 1}
