"""A request with much going on: dozens asked, more who fit, a long history."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from shared.contracts import matching, profiles, reporting
from shared.kernel.fields import Answer, Channel
from tests.admin_district import (
    RECORD,
    REQUEST,
    TIMELINE,
    VERENA,
    VOLUNTEERS,
    WEIGHED,
    board,
    candidate,
    card,
    event,
    excluded,
    places,
    reason,
)
from tests.admin_stage import NOW, Stage

FIRST = ("Anneliese", "Mohammed", "Jekaterina", "Karl-Heinz", "Thu Hương", "Zoë", "Bärbel")
LAST = ("Brückner", "Al-Khatib", "Wiśniewska", "von der Weide", "Nguyễn")
YES, NO, LATE = 1, 2, 3


def several(first: int, count: int) -> list[UUID]:
    return [UUID(int=first + at) for at in range(count)]


ASKED, WAITING, FITTING, LEFT_OUT = (
    several(1000, 24),
    several(2000, 6),
    several(3000, 30),
    several(4000, 12),
)
AWAITED = [who for at, who in enumerate(ASKED) if at % 4 == 0]
PLACED, RESERVED = [ASKED[at] for at in (1, 5, 9, 13)], [ASKED[at] for at in (17, 21)]


def name(who: UUID) -> str:
    """No two of these have the same name."""
    return f"{FIRST[who.int % 7]} {LAST[who.int % 5]} {who.int}"


def asked(at: int, **changes: Any) -> matching.InvitationShown:
    """Of every four the first may still answer, the others said yes, no, or nothing in time."""
    answer = {YES: Answer.YES, NO: Answer.NO}.get(at % 4)
    return matching.InvitationShown(
        **{
            "invitation_id": UUID(int=9000 + at),
            "volunteer_id": ASKED[at],
            "wave": at // 6 + 1,
            "state": "expired" if at % 4 == LATE else "sent",
            "channel": Channel.PHONE if at % 5 == 0 else Channel.EMAIL,
            "answer": answer,
            "via": "web" if answer else None,
            "issued_at": NOW - timedelta(hours=30),
            "sent_at": NOW - timedelta(hours=30),
            "deadline": NOW + timedelta(hours=5 + at),
            "reasons": (reason("speaks", tags="ar de"), reason("near", km=4 + at)),
            "chance": 0.3,
            "rank": 1 + at,
            "parts": candidate(ASKED[at], 1).parts,
            "record": RECORD,
            "weighed": WEIGHED,
            **changes,
        }
    )


def busy_board(**changes: Any) -> matching.BoardShown:
    """Of eight places six are held; 24 were asked, 30 fit, about a hundred do not."""
    counts = {"places": 8, "assigned": 4, "reserved": 2, "invited": 24, "waitlisted": 6}
    budget = (reason("ask_budget_used_up", used=2, budget=2),)
    far = reason("too_far", distance_km=31, radius_km=15)
    candidates = tuple(
        candidate(who, min(rank, 9), not_now=budget if rank > 25 else ()).model_copy(
            update={"rank": rank}
        )
        for rank, who in enumerate(FITTING, start=1)
    )
    return board(
        **{
            "places": places(REQUEST, **counts),
            "invitations": tuple(asked(at) for at in range(24)),
            "assigned": tuple(PLACED),
            "reserved": tuple(RESERVED),
            "waiting": tuple(WAITING),
            "skips": (),
            "candidates": candidates,
            "excluded": tuple(excluded(who, far) for who in LEFT_OUT),
            "excluded_counts": {
                "already_asked": 24, "too_far": 50, "not_free": 12, "check_expired": 1,
                "paused": 6, "language_too_low": 5,
            },
            **changes,
        }
    )  # fmt: skip


def in_vain(**changes: Any) -> matching.BoardShown:
    """Of a request that nobody can meet: language, weekday and check are in the way at once."""
    return board(
        **{
            "places": places(REQUEST, places=9),
            "waits_for": reason("exhausted"),
            "invitations": (),
            "candidates": (),
            "reliefs": (
                matching.Relief(
                    code="without_language",
                    details={"tag": "ti"},
                    gained=3,
                    also=(
                        reason("carry_out_check", check="training"),
                        reason("other_weekday", weekday=1),
                    ),
                ),
            ),
            "lacks": (
                reason("language", tag="ti", needed="C2"),
                reason("check", check="training"),
                reason("time"),
            ),
            **changes,
        }
    )


def history() -> reporting.Timeline:
    """Sixty things that happened."""
    more = [
        event(24 - at / 3, "invitation_issued", volunteer_id=who, wave=1, channel="email")
        for at, who in enumerate([*ASKED, *ASKED[:5]])
    ]
    mails = [
        event(23.9 - at / 3, "email_sent", volunteer_id=who, template="offer")
        for at, who in enumerate(ASKED)
    ]
    ordered = sorted((*TIMELINE, *more, *mails), key=lambda entry: entry.occurred_at)
    return reporting.Timeline(entries=tuple(ordered))


def is_busy(stage: Stage, **changes: Any) -> None:
    """From now on the first request has much going on."""

    def known(who: UUID) -> profiles.Card:
        if who in VOLUNTEERS:
            return card(who)
        phone, about = f"+49 3447 9{who.int}", {"volunteer_id": who, "name": name(who)}
        return card(VERENA).model_copy(update={**about, "phone": phone})

    stage.answers |= {
        matching.ShowBoard: lambda _: busy_board(**changes),
        reporting.TimelineOf: lambda _: history(),
        profiles.VolunteerCards: lambda query: profiles.Cards(
            cards=tuple(map(known, query.volunteer_ids))
        ),
    }
