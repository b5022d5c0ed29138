"""Settings that every service reads from the environment; each variable starts with `BRUECKE_`."""

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

DISTRICT_FOLDER = Path(__file__).parents[2] / "infra" / "district"


class ServiceSettings(BaseSettings):
    """Where the servers are and which district this is."""

    model_config = SettingsConfigDict(
        env_prefix="BRUECKE_", env_file=".env", frozen=True, extra="ignore"
    )

    nats_url: str = Field(
        default="nats://127.0.0.1:4222",
        description="Address of the NATS server, without a user.",
    )
    database_url: str = Field(
        default="postgresql://127.0.0.1:5432/bruecke",
        description="Address of the database, without user and password.",
    )
    secrets: Path = Field(
        default=Path("secrets"), description="Folder of keys and passwords (0600)."
    )
    smtp_url: SecretStr = Field(
        default=SecretStr("smtp://127.0.0.1:25"),
        description="Mail server: `smtp://user:password@host:port` or `smtps://…`.",
    )
    district: Path = Field(
        default=DISTRICT_FOLDER, description="Folder of the district's data."
    )
    clock: str = Field(
        default="",
        description="Domain clock `<real>|<domain>|<speed>`; empty: domain time is real time.",
    )
    metrics_port: int = Field(
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
    log_level: str = Field(default="INFO", description="DEBUG, INFO, WARNING or ERROR.")
