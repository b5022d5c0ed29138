"""Settings of `admin`."""

from pydantic import Field

from shared.service.settings import Port, Proxies, ServiceSettings


class AdminSettings(ServiceSettings):
    """Environment of `admin`."""

    admin_port: Port = Field(default=8081, description="Port of the coordinators' pages.")
    trusted_proxies: Proxies = Field(
        default="",
        description="Addresses or networks, comma-separated, whose X-Forwarded-* are believed.",
    )
