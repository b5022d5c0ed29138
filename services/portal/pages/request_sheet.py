"""One form of a request on its way: shown, tried, sent, or sent back with what is wrong."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from uuid import UUID

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from services.portal.pages import options
from services.portal.pages.content import with_contact
from services.portal.pages.context import NothingSaved, Portal
from services.portal.pages.desk import Desk
from services.portal.pages.keys import Wish
from services.portal.pages.outputs import PreviewShown
from services.portal.pages.request_form import ERRORS_AT, MOST_DATES, RequestForm
from services.portal.pages.rows import renamed, row_labels, rows_filled
from services.portal.pages.state import preview_of
from shared.contracts.messages import Command
from shared.contracts.requests import RequestContent, RequestPosted, RequestShown
from shared.kernel.errors import Refusal
from shared.messaging.asking import Unavailable
from shared.web.field_errors import FieldError
from shared.web.forms import Form

ROWS = {"slots": 4, "weekly": 2, "languages": 2}
"""How many rows a form has at least."""
OUTDATED = "requests.version_outdated"

MakeCommand = Callable[[Wish, RequestContent], Command[RequestPosted]]


@dataclass(frozen=True, slots=True)
class Sheet:
    """Whose form it is, and which request it changes; None: a new one."""

    request: Request
    portal: Portal
    desk: Desk
    of: RequestShown | None = None

    def page(
        self,
        form: Form[RequestForm],
        *,
        status: int = 200,
        preview: PreviewShown | None = None,
    ) -> Response:
        """The form as it stands."""
        portal = self.portal
        locale = portal.pages.locale(self.request)
        words = portal.pages.words(locale)
        form = form.in_order(RequestForm.model_fields)
        kinds = [
            (code, words.gettext(name), words.gettext(hint))
            for code, (name, hint) in options.KINDS.items()
        ]
        return portal.pages.render(
            self.request,
            "request_form.html",
            status=status,
            desk=self.desk,
            form=form,
            of=self.of,
            preview=preview,
            row_labels=row_labels(form, words),
            wrong={error.field.partition(".")[0] for error in form.errors},
            rows={
                group: min(max(least, rows_filled(form, group) + 1), MOST_DATES)
                for group, least in ROWS.items()
            },
            kinds=kinds,
            fields=options.fields(portal.district, locale),
            spoken=options.spoken(portal.district, locale),
            levels=options.choices(words, options.LEVELS),
            weekdays=options.weekdays(locale),
            skills=options.skills(portal.district, locale),
            checks=options.choices(words, options.CHECKS),
            genders=options.choices(words, options.GENDERS),
        )

    async def send(
        self,
        form: Form[RequestForm],
        content: RequestContent,
        command: MakeCommand,
        request_id: UUID,
    ) -> Response:
        """Send what was typed, or try it; whatever goes wrong, nothing of it is lost."""
        said = form.value
        if said is not None and said.step == "preview":
            return await self._tried(form, content)
        wish = Wish.of(form.nonce)
        organisation_id = self.desk.organisation_id
        key = wish.key("contact", organisation_id, request_id)
        try:
            whole = await with_contact(
                self.portal, content, said or RequestForm(), organisation_id, key
            )
            reply = await self.portal.send(command(wish, whole))
        except Refusal as refusal:
            return self._refused(form, refusal)
        except (Unavailable, NothingSaved):
            return self._kept(form)
        back = self.desk.request(request_id)
        if reply is None:
            return self.portal.pages.render(
                self.request, "wish_received.html", status=202, back=back
            )
        flash = "posted" if self.of is None else "changed"
        return RedirectResponse(f"{back}?done={flash}", status_code=303)

    async def _tried(self, form: Form[RequestForm], content: RequestContent) -> Response:
        try:
            preview = await preview_of(self.portal, content)
        except Refusal as refusal:
            return self._refused(form, refusal)
        except Unavailable:
            return self._kept(form)
        return self.page(form, preview=preview)

    def _refused(self, form: Form[RequestForm], refusal: Refusal) -> Response:
        refused = renamed(form.refused_by(refusal), ERRORS_AT)
        if refusal.code == OUTDATED and self.of is not None:
            # The page says so; who has compared and sends again means the new version.
            typed = {**refused.typed, "version": (str(self.of.version),)}
            refused = replace(refused, typed=typed)
        return self.page(refused, status=self.portal.status_of(refusal))

    def _kept(self, form: Form[RequestForm]) -> Response:
        return self.page(form.refused(FieldError("", Unavailable.code, "")), status=503)
