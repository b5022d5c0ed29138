"""How a command finds the database. Apart, for most commands need none and its library is large."""

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from infra.cli.connecting import secret
from infra.settings import SettingsUnusable
from shared.messaging.topology import PROVISION
from shared.service.settings import ServiceSettings

PROVISIONER = "bruecke_provision"


def provisioning_url(settings: ServiceSettings, address: str) -> URL:
    """A database address with the provisioning user, and its password from the secrets.

    Raises:
        SettingsUnusable: the address is none.
        NotRunning: there are no secrets.

    """
    try:
        url = make_url(address)
    except ArgumentError:
        raise SettingsUnusable(
            "BRUECKE_DATABASE_URL or BRUECKE_PROVISION_DATABASE_URL: write "
            "postgresql://host:port/database."
        ) from None
    if url.username is None:
        url = url.set(username=PROVISIONER)
    if url.password is None:
        url = url.set(password=secret(settings, f"{PROVISION}.password"))
    return url
