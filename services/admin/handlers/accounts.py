"""Handlers of `admin`: one function a message."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.admin.domain.accounts import AccountUnknown, parse_role
from services.admin.handlers.links import SignInLinks
from services.admin.store.accounts import account_by_email, add_account
from services.admin.store.deeds import swap_volunteer
from services.admin.store.tables import AccountRow
from shared.contracts.admin import (
    AccountAdded,
    AddAccount,
    MakeSignInLink,
    SignInLink,
    StaffMail,
    StaffRecipient,
)
from shared.contracts.profiles import VolunteerErased
from shared.kernel.clock import Clock
from shared.kernel.people import clean_email
from shared.messaging.outbox import Work
from shared.messaging.seam import Seam


def subscribe(seam: Seam, links: SignInLinks, machine_clock: Clock) -> None:
    """Bind every message that `admin` takes and answers."""

    @seam.private(AddAccount)
    async def on_add_account(wish: AddAccount, work: Work) -> AccountAdded:
        """Add somebody of the staff, or give a known address another role."""
        role = parse_role(wish.role)
        staff_id, created = await add_account(
            work.session, clean_email(wish.email), role, machine_clock.now()
        )
        return AccountAdded(staff_id=staff_id, created=created)

    @seam.private(MakeSignInLink)
    async def on_make_sign_in_link(wish: MakeSignInLink, work: Work) -> SignInLink:
        """A link for the operator to hand over while mail is down."""
        account = await account_by_email(work.session, clean_email(wish.email))
        if account is None:
            raise AccountUnknown("nobody of the staff has this address", field="email")
        return SignInLink(sign_in_url=_url(account))

    @seam.query(StaffRecipient)
    async def on_staff_recipient(query: StaffRecipient, session: AsyncSession) -> StaffMail:
        """Address and fresh link, at the moment of sending."""
        account = await session.get(AccountRow, query.staff_id)
        if account is None:
            return StaffMail(found=False)
        return StaffMail(
            found=True,
            display_name=account.display_name,
            email=account.email,
            sign_in_url=_url(account),
        )

    @seam.event(VolunteerErased)
    async def on_volunteer_erased(event: VolunteerErased, work: Work) -> None:
        """Keep the deeds and forget whom they were about."""
        await swap_volunteer(work.session, event.volunteer_id)

    def _url(account: AccountRow) -> str:
        return links.url(account.staff_id, account.link_generation, machine_clock.now())
