"""Settings of `requests`: what every service reads, and nothing more."""

from shared.service.settings import ServiceSettings


class RequestsSettings(ServiceSettings):
    """Environment of `requests`."""
