"""Settings of `matching`."""

from pydantic import BaseModel, ConfigDict, Field

from services.matching.domain.need import Automation, Confirm, Invite
from shared.kernel.fields import Kind
from shared.service.settings import ServiceSettings


class KindSetting(BaseModel):
    """Which steps go by themselves for one kind of request."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    invite: Invite = Invite.AUTO
    confirm: Confirm = Confirm.AUTO

    def automation(self) -> Automation:
        return Automation(self.invite, self.confirm)


class MatchingSettings(ServiceSettings):
    """Environment of `matching`."""

    quiet_hours: str = Field(
        default="20:00-07:00,sun,holidays",
        description="When nobody is asked; `off` for none.",
    )
    series_percent: int = Field(
        default=80,
        ge=1,
        le=100,
        description="At how many of a series' dates, in percent, somebody must be free.",
    )
    tandem_trial_weeks: int = Field(
        default=4,
        ge=1,
        le=52,
        description="After how many weeks both sides of a tandem are asked whether it fits.",
    )
    automation: dict[Kind, KindSetting] = Field(
        default_factory=dict,
        description=(
            "Steps of a kind that differ from the default, as JSON: "
            '`{"single": {"invite": "auto", "confirm": "coordinator"}}`; '
            "`invite` is `auto` or `review`, `confirm` is `auto` or `coordinator`. "
            "With minors both always wait for a coordinator."
        ),
    )
