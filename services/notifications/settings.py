"""Settings of `notifications`."""

from pydantic import Field

from shared.service.settings import ServiceSettings


class NotificationsSettings(ServiceSettings):
    """Environment of `notifications`."""

    mail_from: str = Field(
        default="",
        description="Sender address of all mails; empty: the office's from the district's data.",
    )
    quiet_hours: str = Field(
        default="20:00-07:00,sun,holidays",
        description="When no offers and reminders are mailed; `off` for none.",
    )
    mail_senders: int = Field(default=2, ge=1, le=8, description="Mails handed over at once.")
