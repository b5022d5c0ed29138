"""When a volunteer's description may be replaced: it is the one that was shown, and the address stays."""

from typing import ClassVar

from shared.kernel.errors import Refusal
from shared.kernel.findings import Findings
from shared.kernel.people import comparable


class VersionOutdated(Refusal):
    """The description was changed since it was shown."""

    code: ClassVar[str] = "profiles.version_outdated"


class AddressByTelephone(Refusal):
    """A link in a mail shows whose the old address is, and nothing of a new one."""

    code: ClassVar[str] = "profiles.address_by_telephone"


class AlreadyRegistered(Refusal):
    """Somebody else is registered with this address and name; only a coordinator is told."""

    code: ClassVar[str] = "profiles.already_registered"


def check_version(shown: int, current: int) -> None:
    """Refuse a change of what nobody has seen. Raises VersionOutdated."""
    if shown != current:
        raise VersionOutdated(
            "The description was changed meanwhile; look at it again.", field="version"
        )


def check_same_address(known: str | None, stated: str | None, found: Findings) -> None:
    """Note an address that is not the known one; case does not count."""
    if comparable(known or "") != comparable(stated or ""):
        found.add(AddressByTelephone("ring the office to change the address", field="email"))
