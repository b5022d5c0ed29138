"""What `admin` answers and takes: staff accounts and their sign-in links."""

from typing import ClassVar
from uuid import UUID

from shared.contracts.messages import CLI, Message, Private, Query, Service
from shared.contracts.values import Code


class StaffMail(Message):
    """Address and link for one sign-in mail; kept nowhere."""

    found: bool
    display_name: str = ""
    email: str = ""
    locale: str = "de"
    sign_in_url: str = ""


class AccountAdded(Message):
    staff_id: UUID
    created: bool


class AccountShown(Message):
    staff_id: UUID
    email: str
    role: Code


class AccountsShown(Message):
    accounts: tuple[AccountShown, ...]


class AccountRemoved(Message):
    staff_id: UUID


class SignInLink(Message):
    sign_in_url: str


class AddAccount(Private[AccountAdded]):
    """A new staff account, or another role for a known address."""

    senders: ClassVar = (CLI,)
    email: str
    role: Code


class RemoveAccount(Private[AccountRemoved]):
    """Somebody left: no link and no session of theirs opens anything from now on."""

    senders: ClassVar = (CLI,)
    email: str


class StaffAccounts(Query[AccountsShown]):
    """All staff accounts, by address."""

    senders: ClassVar = (CLI,)


class MakeSignInLink(Private[SignInLink]):
    """A sign-in link while mail is down; only the operator may ask."""

    senders: ClassVar = (CLI,)
    keeps_reply: ClassVar = False
    email: str


class StaffRecipient(Query[StaffMail]):
    """Whom a sign-in mail goes to, with a fresh link."""

    senders: ClassVar = (Service.NOTIFICATIONS.value,)
    staff_id: UUID
