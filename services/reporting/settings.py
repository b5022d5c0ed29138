"""Settings of `reporting`: what every service reads, and nothing more."""

from shared.service.settings import ServiceSettings


class ReportingSettings(ServiceSettings):
    """Environment of `reporting`."""
