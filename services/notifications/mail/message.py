"""Puts a mail together: headers, text, its HTML twin, and a calendar entry where there is one."""

from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from uuid import UUID

from services.notifications.mail.calendar import CalendarFile
from services.notifications.mail.guard import HeaderUnsafe, ascii_address, header_text
from services.notifications.mail.policy import POLICY

MAX_SUBJECT = 77


@dataclass(frozen=True, slots=True)
class Sender:
    """Who writes: the coordination's fixed From, and the address where people read replies."""

    name: str
    address: str
    reply_to: str

    @property
    def domain(self) -> str:
        """The domain of our Message-IDs and of the list's id."""
        return ascii_address(self.address).rpartition("@")[2]


@dataclass(frozen=True, slots=True)
class Words:
    """What a mail says, in one language; `text` and `html` say the same."""

    language: str
    subject: str
    text: str
    html: str


def thread_root(request_id: UUID, domain: str) -> str:
    """The Message-ID to which all mails about one request refer, so that they stand together."""
    return f"<request.{request_id}@{domain}>"


def build(
    words: Words,
    *,
    sender: Sender,
    to_address: str,
    to_name: str | None,
    message_id: str,
    date: datetime,
    thread: str | None = None,
    unsubscribe_url: str | None = None,
    calendar: CalendarFile | None = None,
) -> EmailMessage:
    """Make the message. `date` is domain time; `thread` comes from `thread_root`.

    `unsubscribe_url` is for mails that ask (offers, reminders) alone. Raises `AddressUnusable`
    for the recipient's address and `HeaderUnsafe` for a subject with line breaks. A display name
    that is not safe is left out: the mail matters more than the name on it.
    """
    message = EmailMessage(policy=POLICY)
    message["From"] = _mailbox(sender.name, sender.address)
    message["To"] = _mailbox(_safe_name(to_name), to_address)
    message["Reply-To"] = _mailbox(sender.name, sender.reply_to)
    message["Subject"] = _shortened(header_text(words.subject))
    message["Date"] = format_datetime(date)
    message["Message-ID"] = message_id
    if thread is not None:
        message["In-Reply-To"] = thread
        message["References"] = thread
    message["Auto-Submitted"] = "auto-generated"
    if unsubscribe_url is not None:
        message["List-Id"] = f"<angebote.{sender.domain}>"
        message["List-Unsubscribe"] = f"<{unsubscribe_url}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(words.text)
    message.add_alternative(words.html, subtype="html")
    if calendar is not None:
        _attach(message, calendar)
    # Last: the parts take over any earlier `Content-…` header.
    message["Content-Language"] = words.language
    return message


def _attach(message: EmailMessage, calendar: CalendarFile) -> None:
    """Add the entry twice: as an alternative for calendars, as a file for everybody else."""
    message.add_alternative(
        calendar.text, subtype="calendar", params={"method": calendar.method.value}
    )
    message.add_attachment(
        calendar.text.encode(), maintype="application", subtype="ics", filename="termin.ics"
    )


def _mailbox(name: str, address: str) -> Address:
    return Address(display_name=name, addr_spec=ascii_address(address))


def _safe_name(name: str | None) -> str:
    try:
        return header_text(name or "")
    except HeaderUnsafe:
        return ""


def _shortened(subject: str) -> str:
    """At most 77 characters, cut between words: lists of mails on a phone show no more."""
    if len(subject) <= MAX_SUBJECT:
        return subject
    head = subject[: MAX_SUBJECT - 1]
    return (head.rpartition(" ")[0] or head).rstrip(" ,:") + "…"
