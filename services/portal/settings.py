"""Settings of `portal`."""

from pydantic import Field

from shared.service.settings import Port, Proxies, ServiceSettings


class PortalSettings(ServiceSettings):
    """Environment of `portal`."""

    portal_port: Port = Field(default=8080, description="Port of the pages and the JSON API.")
    trusted_proxies: Proxies = Field(
        default="",
        description="Addresses or networks, comma-separated, whose X-Forwarded-* are believed.",
    )
