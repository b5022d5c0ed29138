"""A coordinator's stop, after which nobody else is asked, and how a request goes on after it."""

from dataclasses import replace

from services.matching.domain.board import Board, BoardState, Step
from services.matching.domain.coordinating import check_open, withdraw_all
from services.matching.domain.effects import Cause


def stop(board: Board) -> Step:
    """Invite nobody else. Places and the waiting list stay; open invitations are withdrawn."""
    check_open(board)
    after, told = withdraw_all(board, Cause.REQUEST_STOPPED)
    return replace(after, state=BoardState.STOPPED), told


def resume(board: Board) -> Step:
    """Undo `stop`; what was withdrawn stays so, and whose offer never left is proposed again."""
    check_open(board)
    return replace(board, state=BoardState.OPEN), ()
