"""Checks what is said about an organisation and its people; all faults are told at once."""

import re
from dataclasses import dataclass
from hashlib import sha256
from typing import ClassVar, Protocol

from shared.kernel.errors import Refusal
from shared.kernel.fields import OrganisationKind
from shared.kernel.findings import Findings
from shared.kernel.people import (
    clean_email,
    clean_locale,
    clean_name,
    clean_phone,
    clean_title,
    comparable,
    phone_key,
)
from shared.kernel.text import clean_line

MAX_ORGANISATION = 120
MAX_CONTACT = 160
"""A hand-over contact is written in one line: `Frau Dr. Richter (Büro im Hof)`."""
MAX_MUNICIPALITY = 80

_POSTCODE = re.compile(r"\d{5}", re.ASCII)


class PostcodeUnclear(Refusal):
    """A German postcode has five digits."""

    code: ClassVar[str] = "network.postcode_unclear"


class Stated(Protocol):
    """A registration as it came in; the contract `RegisterOrganisation` has this shape."""

    @property
    def name(self) -> str: ...
    @property
    def kind(self) -> OrganisationKind: ...
    @property
    def contact_first_name(self) -> str: ...
    @property
    def contact_last_name(self) -> str: ...
    @property
    def email(self) -> str: ...
    @property
    def phone(self) -> str | None: ...
    @property
    def locale(self) -> str: ...
    @property
    def postcode(self) -> str | None: ...
    @property
    def municipality(self) -> str | None: ...


class NamedMunicipality(Protocol):
    """A municipality of the district."""

    @property
    def name(self) -> str: ...


class Gazetteer(Protocol):
    """What the rules must know of the district; `shared.district.District` is one."""

    def municipality_of(
        self, postcode: str, municipality: str | None = None
    ) -> NamedMunicipality | None: ...


@dataclass(frozen=True, slots=True)
class Organisation:
    """An organisation and who speaks for it: every value is clean."""

    name: str
    kind: OrganisationKind
    contact_first_name: str
    contact_last_name: str
    email: str
    phone: str | None
    locale: str
    postcode: str | None
    municipality: str | None


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom an assigned volunteer rings."""

    name: str
    phone: str | None

    @property
    def identity(self) -> str:
        """The same for two spellings of one name and number."""
        return _digest(comparable(self.name), phone_key(self.phone or ""))


def identity_of(email: str) -> str:
    """Return what makes an organisation one: the cleaned address of its contact, in any case.

    SHA-256 in hexadecimal: the index is short and holds no second copy of the address.
    """
    return _digest(comparable(email))


def check_organisation(stated: Stated, district: Gazetteer) -> Organisation:
    """Return the organisation that a registration describes.

    Raises the one Refusal, or FieldsRefused with all of them; each names its field.
    """
    found = Findings()
    organisation = Organisation(
        name=found.read(lambda: _organisation_name(stated.name), ""),
        kind=stated.kind,
        contact_first_name=found.read(
            lambda: clean_name(
                stated.contact_first_name, field="contact_first_name", required=True
            ),
            "",
        ),
        contact_last_name=found.read(
            lambda: clean_name(
                stated.contact_last_name, field="contact_last_name", required=True
            ),
            "",
        ),
        email=found.read(lambda: clean_email(stated.email), ""),
        phone=found.read(lambda: _phone(stated.phone), None),
        locale=found.read(lambda: clean_locale(stated.locale), ""),
        postcode=found.read(lambda: _postcode(stated.postcode), None),
        municipality=found.read(lambda: _municipality(stated, district), None),
    )
    found.refuse()
    return organisation


def check_contact(name: str, phone: str | None) -> Contact:
    """Return a hand-over contact, cleaned; raises the one Refusal, or FieldsRefused.

    The fields are called as in a request: `contact_name`, `contact_phone`.
    """
    found = Findings()
    contact = Contact(
        found.read(
            lambda: clean_title(
                name, field="contact_name", max_length=MAX_CONTACT, required=True
            ),
            "",
        ),
        found.read(lambda: _phone(phone, field="contact_phone"), None),
    )
    found.refuse()
    return contact


def _organisation_name(name: str) -> str:
    return clean_title(name, field="name", max_length=MAX_ORGANISATION, required=True)


def _phone(phone: str | None, *, field: str = "phone") -> str | None:
    return clean_phone(phone, field=field) if phone and phone.strip() else None


def _postcode(postcode: str | None) -> str | None:
    """Five digits, of anywhere in Germany: an organisation's seat may be far away."""
    code = (postcode or "").strip()
    if code and not _POSTCODE.fullmatch(code):
        raise PostcodeUnclear("a postcode has five digits", field="postcode")
    return code or None


def _municipality(stated: Stated, district: Gazetteer) -> str | None:
    """The municipality as the district writes it; else the place, as its people do."""
    place = clean_line(
        stated.municipality or "", field="municipality", max_length=MAX_MUNICIPALITY
    )
    named = district.municipality_of(stated.postcode or "", place)
    return named.name if named else place or None


def _digest(*parts: str) -> str:
    return sha256("\n".join(parts).encode()).hexdigest()
