"""Settings of `notifications`."""

from pydantic import Field, SecretStr

from shared.service.settings import ServiceSettings


class NotificationsSettings(ServiceSettings):
    """Environment of `notifications`."""

    smtp_url: SecretStr = Field(
        default=SecretStr("smtp://127.0.0.1:25"),
        description="Mail server: `smtp://user:password@host:port` or `smtps://…`.",
    )
    mail_from: str = Field(
        default="",
        description="Sender address of all mails; empty: the office's from the district's data.",
    )
    quiet_hours: str = Field(
        default="20:00-07:00,sun,holidays",
        description="When no offers and reminders are mailed; `off` for none.",
    )
    mail_senders: int = Field(default=2, ge=1, le=8, description="Mails handed over at once.")
