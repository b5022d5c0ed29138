"""Handlers of `admin`: one function a message."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.admin.domain.accounts import AccountUnknown, parse_role
from services.admin.handlers.links import SignInLinks
from services.admin.store.accounts import account_by_email, add_account, all_accounts
from services.admin.store.deeds import swap_volunteer
from services.admin.store.tables import AccountRow
from shared.contracts.admin import (
    AccountAdded,
    AccountRemoved,
    AccountShown,
    AccountsShown,
    AddAccount,
    MakeSignInLink,
    RemoveAccount,
    SignInLink,
    StaffAccounts,
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
    _keep_accounts(seam, machine_clock)
    _let_in(seam, links, machine_clock)

    @seam.event(VolunteerErased)
    async def on_volunteer_erased(event: VolunteerErased, work: Work) -> None:
        """Keep the deeds and forget whom they were about."""
        await swap_volunteer(work.session, event.volunteer_id)


def _keep_accounts(seam: Seam, machine_clock: Clock) -> None:
    @seam.private(AddAccount)
    async def on_add_account(wish: AddAccount, work: Work) -> AccountAdded:
        """Add somebody of the staff, or give a known address another role."""
        role = parse_role(wish.role)
        staff_id, created = await add_account(
            work.session, clean_email(wish.email), role, machine_clock.now()
        )
        return AccountAdded(staff_id=staff_id, created=created)

    @seam.private(RemoveAccount)
    async def on_remove_account(wish: RemoveAccount, work: Work) -> AccountRemoved:
        """Delete an account with its sessions; what its owner did stays in the log."""
        account = await _known(work.session, wish.email)
        await work.session.delete(account)
        return AccountRemoved(staff_id=account.staff_id)

    @seam.query(StaffAccounts)
    async def on_staff_accounts(_query: StaffAccounts, session: AsyncSession) -> AccountsShown:
        """Who may sign in."""
        shown = [
            AccountShown(staff_id=row.staff_id, email=row.email, role=row.role)
            for row in await all_accounts(session)
        ]
        return AccountsShown(accounts=tuple(shown))


def _let_in(seam: Seam, links: SignInLinks, machine_clock: Clock) -> None:
    def url_for(account: AccountRow) -> str:
        return links.url(account.staff_id, account.link_generation, machine_clock.now())

    @seam.private(MakeSignInLink)
    async def on_make_sign_in_link(wish: MakeSignInLink, work: Work) -> SignInLink:
        """A link for the operator to hand over while mail is down."""
        return SignInLink(sign_in_url=url_for(await _known(work.session, wish.email)))

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
            sign_in_url=url_for(account),
        )


async def _known(session: AsyncSession, email: str) -> AccountRow:
    account = await account_by_email(session, clean_email(email))
    if account is None:
        raise AccountUnknown("nobody of the staff has this address", field="email")
    return account
