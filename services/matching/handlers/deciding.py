"""What coordinators decide by hand: one function a command, each deed kept with its reason."""

from services.matching.domain.board import Step
from services.matching.domain.coordinating import (
    assign,
    confirm,
    decline,
    readmit,
    release,
)
from services.matching.domain.dates import wave_step
from services.matching.domain.exclusions import ONLY_AGAINST_ASKING
from services.matching.domain.inviting import Ask, invite
from services.matching.domain.stopping import resume, stop
from services.matching.domain.tuning import Tuning
from services.matching.handlers.deeds import done, lock
from services.matching.handlers.judging import judge, rank_of, standing_of
from services.matching.store.boards import LockedBoard
from services.matching.store.roster import Roster
from services.matching.store.saving import Beside
from shared.contracts.matching import (
    AssignVolunteer,
    Changed,
    DecideReservation,
    InviteVolunteer,
    ReleaseVolunteer,
    ResumeMatching,
    StopMatching,
)
from shared.kernel.ids import AssignmentId, InvitationId, VolunteerId, new_id
from shared.messaging.outbox import Work
from shared.messaging.seam import Seam


def subscribe(seam: Seam, tuning: Tuning, roster: Roster) -> None:
    @seam.command(InviteVolunteer)
    async def on_invite_volunteer(command: InviteVolunteer, work: Work) -> Changed:
        return await invite_volunteer(command, work, tuning, roster)

    @seam.command(AssignVolunteer)
    async def on_assign_volunteer(command: AssignVolunteer, work: Work) -> Changed:
        return await assign_volunteer(command, work, tuning, roster)

    @seam.command(ReleaseVolunteer)
    async def on_release_volunteer(command: ReleaseVolunteer, work: Work) -> Changed:
        return await release_volunteer(command, work, tuning)

    @seam.command(DecideReservation)
    async def on_decide_reservation(command: DecideReservation, work: Work) -> Changed:
        return await decide_reservation(command, work, tuning)

    @seam.command(StopMatching)
    async def on_stop_matching(command: StopMatching, work: Work) -> Changed:
        return await stop_matching(command, work, tuning)

    @seam.command(ResumeMatching)
    async def on_resume_matching(command: ResumeMatching, work: Work) -> Changed:
        return await resume_matching(command, work, tuning)


async def invite_volunteer(
    command: InviteVolunteer, work: Work, tuning: Tuning, roster: Roster
) -> Changed:
    """Ask somebody outside the waves; against a rule only with a reason."""
    volunteer_id = VolunteerId(command.volunteer_id)
    rank = await rank_of(work, roster, command.request_id, volunteer_id, tuning)
    locked = await lock(command, work, volunteer_id)
    judged = await judge(work, locked, volunteer_id, tuning)
    override = judged.override(command.reason)
    board, need = locked.board, locked.board.need
    if override is not None:
        board, _ = readmit(board, volunteer_id)
    ask = Ask(
        volunteer_id,
        judged.candidate.chance,
        wave_step(need, work.now, tuning),
        judged.person.channel,
    )
    step = invite(
        board,
        ask,
        InvitationId(new_id()),
        judged.exclusions,
        override=override,
        now=work.now,
        tuning=tuning,
    )
    beside = Beside({volunteer_id: judged.why(need, override)}, command.staff_id)
    return await done(
        "invite",
        command,
        work,
        locked=locked,
        step=step,
        tuning=tuning,
        beside=beside,
        rank=rank,
    )


async def assign_volunteer(
    command: AssignVolunteer, work: Work, tuning: Tuning, roster: Roster
) -> Changed:
    """Give a place to somebody who agreed; against a rule only with a reason."""
    volunteer_id = VolunteerId(command.volunteer_id)
    rank = await rank_of(work, roster, command.request_id, volunteer_id, tuning, asking=False)
    locked = await lock(command, work, volunteer_id)
    judged = (await judge(work, locked, volunteer_id, tuning)).without(ONLY_AGAINST_ASKING)
    override = judged.override(command.reason)
    board = locked.board
    if override is not None:
        board, _ = readmit(board, volunteer_id)
    step = assign(
        board,
        volunteer_id,
        locked.standings[volunteer_id],
        judged.exclusions,
        invitation_id=InvitationId(new_id()),
        assignment_id=AssignmentId(new_id()),
        override=override,
        via=command.via,
        now=work.now,
    )
    beside = Beside({volunteer_id: judged.why(board.need, override)}, command.staff_id)
    return await done(
        "assign",
        command,
        work,
        locked=locked,
        step=step,
        tuning=tuning,
        beside=beside,
        rank=rank,
    )


async def release_volunteer(command: ReleaseVolunteer, work: Work, tuning: Tuning) -> Changed:
    """Take a place or a reservation back."""
    locked = await lock(command, work, command.volunteer_id)
    step = release(
        locked.board,
        VolunteerId(command.volunteer_id),
        locked.people,
        now=work.now,
        tuning=tuning,
        refill=command.refill,
    )
    locked.row.kept_free = locked.row.kept_free or not command.refill
    return await done("release", command, work, locked=locked, step=step, tuning=tuning)


async def decide_reservation(command: DecideReservation, work: Work, tuning: Tuning) -> Changed:
    """Confirm or decline a reserved place."""
    locked = await lock(command, work, command.volunteer_id)
    volunteer_id = VolunteerId(command.volunteer_id)
    if command.confirm:
        standing = standing_of(locked, volunteer_id)
        step = confirm(locked.board, volunteer_id, standing, now=work.now)
        return await done("confirm", command, work, locked=locked, step=step, tuning=tuning)
    step = decline(locked.board, volunteer_id, locked.people, now=work.now, tuning=tuning)
    return await done("decline", command, work, locked=locked, step=step, tuning=tuning)


async def stop_matching(command: StopMatching, work: Work, tuning: Tuning) -> Changed:
    """Ask nobody else; what is stopped already is so no second time."""
    locked = await lock(command, work)
    step = stop(locked.board)
    already = locked.row.stopped and _asks_as_before(locked, step)
    locked.row.stopped, locked.row.revision = True, locked.row.revision + 1
    return await done(
        "stop", command, work, locked=locked, step=step, tuning=tuning, already=already
    )


async def resume_matching(command: ResumeMatching, work: Work, tuning: Tuning) -> Changed:
    """Let waves go on, and the waiting list move up; what goes on anyway is not resumed."""
    locked = await lock(command, work)
    step = resume(locked.board)
    goes_on = not (locked.row.stopped or locked.row.kept_free)
    already = goes_on and _asks_as_before(locked, step)
    locked.row.stopped, locked.row.revision = False, locked.row.revision + 1
    locked.row.kept_free = False
    return await done(
        "resume", command, work, locked=locked, step=step, tuning=tuning, already=already
    )


def _asks_as_before(locked: LockedBoard, step: Step) -> bool:
    return step[0].invitations == locked.board.invitations
