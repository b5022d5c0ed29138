"""Settings of `portal`."""

from pydantic import Field

from shared.service.settings import ServiceSettings


class PortalSettings(ServiceSettings):
    """Environment of `portal`."""

    portal_port: int = Field(default=8080, description="Port of the pages and the JSON API.")
    trusted_proxies: str = Field(
        default="",
        description="Addresses or networks, comma-separated, whose X-Forwarded-* are believed.",
    )
