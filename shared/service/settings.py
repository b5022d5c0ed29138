"""Settings that every service reads from the environment; each variable starts with `BRUECKE_`."""

from collections.abc import Callable
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.kernel.clock import ClockUnreadable, DomainClock

DISTRICT_FOLDER = Path(__file__).parents[2] / "infra" / "district"


def _address(*schemes: str, form: str) -> Callable[[str], str]:
    """A validator for addresses of servers; its text never repeats one, which may hold a password."""

    def check(address: str) -> str:
        try:
            parts = urlsplit(address)
            usable = parts.scheme in schemes and parts.hostname and parts.port != 0
        except ValueError:
            usable = False
        if not usable:
            raise ValueError(f"write {form}") from None
        return address

    return check


def _mail_server(address: SecretStr) -> SecretStr:
    check = _address(
        "smtp", "smtps", form="smtp://host:port or smtps://user:password@host:port"
    )
    check(address.get_secret_value())
    return address


def _clock(line: str) -> str:
    try:
        if line:
            DomainClock.from_line(line)
    except ClockUnreadable as error:
        raise ValueError(str(error)) from None
    return line


def _proxies(addresses: str) -> str:
    for part in filter(None, (part.strip() for part in addresses.split(","))):
        try:
            ip_network(part)
        except ValueError:
            raise ValueError("write addresses or networks, such as 172.16.0.0/12") from None
    return addresses


Port = Annotated[int, Field(ge=0, le=65535)]
Proxies = Annotated[str, AfterValidator(_proxies)]
"""Addresses or networks, comma-separated."""
NatsUrl = Annotated[str, AfterValidator(_address("nats", "tls", form="nats://host:port"))]
DatabaseUrl = Annotated[
    str, AfterValidator(_address("postgresql", form="postgresql://host:port/database"))
]
MailUrl = Annotated[SecretStr, AfterValidator(_mail_server)]


class ServiceSettings(BaseSettings):
    """Where the servers are and which district this is."""

    model_config = SettingsConfigDict(
        env_prefix="BRUECKE_",
        env_file=".env",
        frozen=True,
        extra="ignore",
        hide_input_in_errors=True,
    )

    nats_url: NatsUrl = Field(
        default="nats://127.0.0.1:4222",
        description="Address of the NATS server, without a user.",
    )
    database_url: DatabaseUrl = Field(
        default="postgresql://127.0.0.1:5432/bruecke",
        description="Address of the database, without user and password.",
    )
    secrets: Path = Field(
        default=Path("secrets"), description="Folder of keys and passwords (0600)."
    )
    smtp_url: MailUrl = Field(
        default=SecretStr("smtp://127.0.0.1:25"),
        description="Mail server: `smtp://user:password@host:port` or `smtps://…`.",
    )
    district: Path = Field(
        default=DISTRICT_FOLDER, description="Folder of the district's data."
    )
    clock: Annotated[str, AfterValidator(_clock)] = Field(
        default="",
        description="Domain clock `<real>|<domain>|<speed>`; empty: domain time is real time.",
    )
    metrics_port: Port = Field(
        default=9100, description="Port of /metrics, /livez and /readyz on loopback; 0: any."
    )
    listen: str = Field(
        default="127.0.0.1", description="Address on which portal and admin listen."
    )
    public_url: str = Field(
        default="http://127.0.0.1:8080", description="Address of the portal as in mailed links."
    )
    admin_url: str = Field(
        default="http://127.0.0.1:8081", description="Address of the admin as in mailed links."
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", description="DEBUG, INFO, WARNING or ERROR."
    )
