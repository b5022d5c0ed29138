"""Settings of `profiles`: what every service reads, and nothing more."""

from shared.service.settings import ServiceSettings


class ProfilesSettings(ServiceSettings):
    """Environment of `profiles`."""
