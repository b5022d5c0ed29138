"""Sending what a coordinator decides: logged first, and always with one of four endings."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from http import HTTPStatus
from typing import Any, Generic
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from services.admin.pages.context import Desk, Staff
from services.admin.pages.notes import RECEIVED
from services.admin.store.deeds import UNCHANGED, begin_deed, end_deed
from shared.contracts.messages import Command, Private
from shared.kernel.errors import Refusal
from shared.messaging.asking import NotSaved, Replied, ReplyT, Unavailable
from shared.web.forms import Form, ModelT

MAX_KEY = 200


class Ending(StrEnum):
    """What became of a wish; the page says which."""

    DONE = "done"
    RECEIVED = "received"
    NOT_SAVED = "not_saved"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Outcome(Generic[ReplyT]):
    """An ending, with the reply or the refusal if there is one."""

    ending: Ending
    reply: ReplyT | None = None
    refusal: Refusal | None = None

    @property
    def went_well(self) -> bool:
        """Whether nothing is left to do but to say so."""
        return self.ending in {Ending.DONE, Ending.RECEIVED}

    @property
    def logged(self) -> str:
        """What the log says of it: what was so already was not done."""
        return UNCHANGED if getattr(self.reply, "already", False) else self.ending

    @property
    def status(self) -> HTTPStatus:
        """The HTTP status of the page that tells it."""
        if self.ending is Ending.NOT_SAVED:
            return HTTPStatus.SERVICE_UNAVAILABLE
        if self.refusal is not None:
            fields = self.refusal.errors
            return HTTPStatus.UNPROCESSABLE_ENTITY if fields else HTTPStatus.CONFLICT
        return HTTPStatus.OK


@dataclass(frozen=True, slots=True)
class About:
    """Whom a deed is about, where the wish itself does not say it."""

    about_id: UUID | None = None
    volunteer_id: UUID | None = None
    detail: str | None = None


@dataclass(frozen=True, slots=True)
class Failed:
    """A deed that did not come about, told on the page that it was started from.

    What was not saved can be sent again as it was: `hidden` is the whole form.
    """

    ending: Ending
    code: str
    action: str
    hidden: tuple[tuple[str, str], ...]


async def act(
    desk: Desk,
    staff: Staff,
    wish: Command[ReplyT] | Private[ReplyT],
    about: About | None = None,
) -> Outcome[ReplyT]:
    """Log the deed, send the wish, and log what came of it.

    The log comes first: no deed is without its line. Raises Unavailable when it cannot be
    written; then nothing was sent.
    """
    about = about or _about(wish)
    async with desk.transaction() as session:
        deed_id = await begin_deed(
            session,
            wish_key=f"{wish.snake_name}:{wish.command_key}"[:MAX_KEY],
            staff_id=staff.staff_id,
            deed=wish.snake_name,
            now=desk.clock.now(),
            about_id=about.about_id,
            volunteer_id=about.volunteer_id,
            detail=about.detail,
        )
    outcome = await _send(desk, wish)
    async with desk.transaction() as session:
        await end_deed(session, deed_id, outcome.logged)
    return outcome


def after(
    outcome: Outcome[Any], back: str, note: str, also: Sequence[tuple[str, str]] = ()
) -> Response:
    """Lead to `back`, which says what was done, or that it is on its way.

    Without a `note` the page says by `also` what was done.
    """
    code = note if outcome.ending is Ending.DONE else RECEIVED
    told = urlencode([*([("note", code)] if code else []), *also])
    return RedirectResponse(f"{back}?{told}", status_code=HTTPStatus.SEE_OTHER)


def failed(request: Request, form: Form[Any], outcome: Outcome[Any]) -> Failed:
    """What the page says about a deed that did not come about."""
    hidden = [(name, value) for name, values in form.typed.items() for value in values]
    return Failed(
        outcome.ending,
        outcome.refusal.code if outcome.refusal else "",
        request.url.path,
        (*hidden, ("nonce", form.nonce)),
    )


def refused_as_typed(
    form: Form[ModelT], refusal: Refusal, shown_at: Callable[[str], str] = str
) -> Form[ModelT]:
    """The form after a refusal: what was typed, and every field at fault.

    `shown_at` says which field of the form shows what is wrong with a field of the wish.
    """
    refused = form.refused_by(refusal)
    errors = tuple(replace(error, field=shown_at(error.field)) for error in refused.errors)
    return replace(refused, errors=errors)


async def _send(desk: Desk, wish: Command[ReplyT] | Private[ReplyT]) -> Outcome[ReplyT]:
    try:
        if isinstance(wish, Private):
            return Outcome(Ending.DONE, await desk.asker.ask(wish))
        sent = await desk.asker.send(wish)
    except Refusal as refusal:
        return Outcome(Ending.REFUSED, refusal=refusal)
    except Unavailable:
        return Outcome(Ending.NOT_SAVED)
    if isinstance(sent, Replied):
        return Outcome(Ending.DONE, sent.reply)
    return Outcome(Ending.NOT_SAVED if isinstance(sent, NotSaved) else Ending.RECEIVED)


def _about(wish: Command[Any] | Private[Any]) -> About:
    about_id = getattr(wish, "request_id", None) or getattr(wish, "organisation_id", None)
    return About(about_id, getattr(wish, "volunteer_id", None), getattr(wish, "reason", None))
