"""Settings of `admin`."""

from pydantic import Field

from shared.service.settings import ServiceSettings


class AdminSettings(ServiceSettings):
    """Environment of `admin`."""

    admin_port: int = Field(default=8081, description="Port of the coordinators' pages.")
    trusted_proxies: str = Field(
        default="",
        description="Addresses or networks, comma-separated, whose X-Forwarded-* are believed.",
    )
