"""What the portal's views work with."""

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Annotated, TypeVar
from uuid import UUID

from fastapi import Depends, Request

from services.portal.pages.messages import STATUSES
from shared.contracts.messages import Command
from shared.district import District
from shared.kernel.clock import Clock
from shared.kernel.errors import Refusal
from shared.messaging.asking import Asker, NotSaved, Received, Replied, ReplyT, Unavailable
from shared.web.field_errors import FieldError
from shared.web.forms import Form, ModelT
from shared.web.links import LinkVerifier
from shared.web.locales import ALL_TAGS
from shared.web.problems import Problem
from shared.web.templating import Pages

T = TypeVar("T")

EVERY_LANGUAGE = ALL_TAGS
"""Of the pages that volunteers meet by a mailed link, and of the first page."""


class NothingSaved(Problem):
    """503: nothing was stored, and the same may be sent again."""

    def __init__(self) -> None:
        super().__init__(
            503,
            "portal.not_saved",
            "Nothing was saved. Please try again.",
            headers={"Retry-After": "10"},
        )


@dataclass(frozen=True, slots=True)
class Portal:
    """One portal: whom it asks, which district it speaks for, how it reads links."""

    asker: Asker
    clock: Clock
    district: District
    pages: Pages
    links: LinkVerifier

    @staticmethod
    def status_of(refusal: Refusal) -> int:
        """The HTTP status of a service's refusal."""
        return STATUSES.get(refusal.code, 422)

    async def tried(
        self, form: Form[ModelT], wished: Awaitable[object]
    ) -> tuple[Form[ModelT], int] | None:
        """Do what a form asks for; None when it is done, else the form to show again and why.

        What was typed stays in it, also when the owner is away (503).
        """
        try:
            await wished
        except Refusal as refusal:
            return form.refused_by(refusal), self.status_of(refusal)
        except Unavailable:
            return form.refused(FieldError("", Unavailable.code, "")), 503
        return None

    async def send(self, command: Command[ReplyT]) -> ReplyT | None:
        """The reply, or None when the command is stored and its answer comes later.

        Raises:
            NothingSaved: it must be sent again.
            WishRefused: the owner said no.

        """
        outcome = await self.asker.send(command)
        if isinstance(outcome, Replied):
            reply: ReplyT = outcome.reply
            return reply
        if isinstance(outcome, NotSaved):
            raise NothingSaved
        if not isinstance(outcome, Received):
            raise TypeError(f"{outcome} is no outcome of a command")
        return None


async def if_there(asked: Awaitable[T]) -> T | None:
    """The answer, or None while its owner is away: for what only rounds a page off."""
    try:
        return await asked
    except Unavailable:
        return None


def context_of(request: Request) -> Portal:
    """The portal that this app was built with; a dependency of every view."""
    portal: Portal = request.app.state.portal
    return portal


Context = Annotated[Portal, Depends(context_of)]


def meant_by(parts: tuple[str, ...]) -> UUID:
    """The one id in a link."""
    (only,) = parts
    return UUID(only)
