"""Settings of `network`: what every service reads, and nothing more."""

from shared.service.settings import ServiceSettings


class NetworkSettings(ServiceSettings):
    """Environment of `network`."""
