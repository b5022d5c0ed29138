"""Checks a registration or a change: everything wrong is told at once, in the outside names."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import ClassVar

from services.profiles.domain.offering import read_absences, read_profile
from services.profiles.domain.stated import Gazetteer, Stated, StatedCheck
from services.profiles.domain.volunteer import Volunteer
from shared.kernel.errors import Refusal
from shared.kernel.fields import Channel, Check, Share
from shared.kernel.findings import Findings
from shared.kernel.people import clean_email, clean_locale, clean_name, clean_phone
from shared.kernel.places import Point
from shared.kernel.text import clean_line

MAILS_AT_MOST = 3
MAILS_WITHIN = timedelta(days=1)
MAX_MUNICIPALITY = 80
MAX_CONSENT_VERSION = 40

_NOWHERE = Point(0.0, 0.0)


class AddressMissing(Refusal):
    """Neither an email address nor a telephone number, or not the one that a choice needs."""

    code: ClassVar[str] = "profiles.address_missing"


class ConsentInFuture(Refusal):
    """A consent is dated after today."""

    code: ClassVar[str] = "profiles.consent_in_future"


class CheckExpired(Refusal):
    """A check's last valid day is over: what does not hold is not kept."""

    code: ClassVar[str] = "profiles.check_expired"


def check_description(
    stated: Stated, district: Gazetteer, today: date, found: Findings
) -> Volunteer:
    """Return the volunteer as described; valid if nothing was `found` wrong.

    `today` is the district's date. Each refusal that is noted names its field.
    """
    email = found.read(lambda: _email(stated), None)
    phone = found.read(lambda: _phone(stated), None)
    municipality = found.read(lambda: _municipality(stated, district), None)
    return Volunteer(
        first_name=found.read(
            lambda: clean_name(stated.first_name, field="first_name", required=True), ""
        ),
        last_name=found.read(
            lambda: clean_name(stated.last_name or "", field="last_name") or None, None
        ),
        email=email,
        phone=phone,
        channel=found.read(lambda: _channel(stated), Channel.EMAIL),
        locale=found.read(lambda: clean_locale(stated.locale), ""),
        postcode=stated.postcode.strip(),
        municipality=municipality,
        # From what is kept, not from what was typed: the same description again is the same place.
        point=found.read(lambda: district.locate(stated.postcode, municipality), _NOWHERE),
        shares=found.read(lambda: _shares(stated), Share.COORDINATOR),
        profile=read_profile(stated, district, found),
        absences=read_absences(stated.absences, today, found),
    )


def check_consent_text(version: str, found: Findings) -> str:
    """Return the version of the text that somebody agreed to, or note what is wrong with it."""
    return found.read(
        lambda: clean_line(
            version, field="consent_version", max_length=MAX_CONSENT_VERSION, required=True
        ),
        "",
    )


def may_mail_again(mailed_at: Iterable[datetime], now: datetime) -> bool:
    """Say whether one more registration may lead to a mail to the address that got these.

    Anybody can type somebody else's address, with a new name each time.
    """
    return sum(moment > now - MAILS_WITHIN for moment in mailed_at) < MAILS_AT_MOST


def check_consent(consented_on: date, today: date, found: Findings) -> None:
    """Note a consent on paper that nobody can have given yet."""
    if consented_on > today:
        found.add(ConsentInFuture("this day is still to come", field="consented_on"))


def check_held(
    held: Sequence[StatedCheck], today: date, found: Findings
) -> Mapping[Check, date]:
    """Return the checks that come with a registration, each with its latest last valid day."""
    newest: dict[Check, date] = {}
    for position, one in enumerate(held):
        if one.valid_until < today:
            found.add(check_expired(f"checks.{position}.valid_until"))
        newest[one.check] = max(one.valid_until, newest.get(one.check, one.valid_until))
    return newest


def check_expired(field: str) -> CheckExpired:
    """The refusal of a check that does not hold any more."""
    return CheckExpired("this check is over", field=field)


def _email(stated: Stated) -> str | None:
    if not _said(stated.email) and not _said(stated.phone):
        raise AddressMissing("write an email address or a telephone number", field="email")
    return clean_email(stated.email or "") if _said(stated.email) else None


def _phone(stated: Stated) -> str | None:
    return clean_phone(stated.phone or "") if _said(stated.phone) else None


def _channel(stated: Stated) -> Channel:
    """The way to ask: as chosen, else by mail if there is an address."""
    if stated.channel is Channel.PHONE and not _said(stated.phone):
        raise AddressMissing("write the number that we shall ring", field="phone")
    if stated.channel is Channel.EMAIL and not _said(stated.email):
        raise AddressMissing("write the address that we shall write to", field="email")
    return stated.channel or (Channel.EMAIL if _said(stated.email) else Channel.PHONE)


def _shares(stated: Stated) -> Share:
    """What an organisation gets: as chosen, else nothing but the way through the coordinator."""
    wanted = {Share.PHONE: stated.phone, Share.EMAIL: stated.email}
    if stated.shares in wanted and not _said(wanted[stated.shares]):
        raise AddressMissing("you did not write what you want to share", field="shares")
    return stated.shares or Share.COORDINATOR


def _municipality(stated: Stated, district: Gazetteer) -> str | None:
    """The municipality as the district writes it; else the village, as its people do."""
    village = clean_line(
        stated.municipality or "", field="municipality", max_length=MAX_MUNICIPALITY
    )
    named = district.municipality_of(stated.postcode, village)
    return named.name if named else village or None


def _said(text: str | None) -> bool:
    """Whether a field was filled in: forms send empty ones, too."""
    return bool(text and text.strip())
