"""When a volunteer is away: two dates, on their own page and by themselves, and a way back."""

from collections.abc import Sequence
from datetime import date
from typing import Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, ConfigDict

from services.portal.pages.context import Context, Portal
from services.portal.pages.me import described, today, volunteer_of
from services.portal.pages.rows import renamed
from shared.contracts.profiles import ChangeVolunteer
from shared.contracts.values import Absence
from shared.kernel.fields import Via
from shared.web.field_errors import FieldError
from shared.web.forms import Form, read_form
from shared.web.middleware import private_page

router = APIRouter(include_in_schema=False, dependencies=[Depends(private_page)])

_NAMES = {r"absences\..*": "to_on", "absences": "from_on", r"(?!absences).*": ""}
"""What is wrong with something else stands on top: it is not in this form."""


class AwayForm(BaseModel):
    """Days on which somebody is away; without a last one it is a single day."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)

    deed: Literal["add", "remove"] = "add"
    from_on: date
    to_on: date | None = None

    @property
    def absence(self) -> Absence:
        return Absence(from_on=self.from_on, to_on=self.to_on or self.from_on)


@router.get("/me/{token}/absences")
async def show(token: str, request: Request, portal: Context) -> Response:
    """The form by itself."""
    volunteer_of(portal, token)
    return _page(request, portal, token, Form[AwayForm].blank())


@router.post("/me/{token}/absences")
async def change(token: str, request: Request, portal: Context) -> Response:
    """Note days away, or take them back."""
    volunteer_id = volunteer_of(portal, token)
    form = _checked(await read_form(request, AwayForm), today(portal))
    if form.value is None:
        return _page(request, portal, token, form, status=422)
    saving = _save(portal, volunteer_id, form.value, f"away:{form.nonce}")
    if refused := await portal.tried(form, saving):
        again, status = refused
        return _page(request, portal, token, renamed(again, _NAMES), status=status)
    return RedirectResponse(f"/me/{token}?saved=absences", status_code=303)


def absences_after(before: Sequence[Absence], said: AwayForm) -> tuple[Absence, ...]:
    """The absences with this one, or without it; saying it twice is saying it once."""
    others = tuple(one for one in before if one != said.absence)
    return (*others, said.absence) if said.deed == "add" else others


async def _save(portal: Portal, volunteer_id: UUID, said: AwayForm, key: str) -> None:
    """Change the absences alone; all else is sent back as it is."""
    version, known = await described(portal, volunteer_id)
    absences = absences_after(known.absences, said)
    if set(absences) == set(known.absences):
        return
    await portal.asker.ask(
        ChangeVolunteer.model_validate(
            known.model_dump()
            | {
                "absences": absences,
                "command_key": key,
                "via": Via.WEB,
                "volunteer_id": volunteer_id,
                "version": version,
            }
        )
    )


def _checked(form: Form[AwayForm], day: date) -> Form[AwayForm]:
    """Who was away and is back need not be noted: it is a slip."""
    if form.value is None or form.value.deed == "remove" or form.value.absence.to_on >= day:
        return form
    at = "to_on" if form.value.to_on else "from_on"
    return form.refused(FieldError(at, "portal.absence_over", ""))


def _page(
    request: Request, portal: Portal, token: str, form: Form[AwayForm], *, status: int = 200
) -> Response:
    return portal.pages.render(
        request, "away.html", status=status, form=form, back=f"/me/{token}", today=today(portal)
    )
