"""Sign-in links: signed, bound to the account's generation of links, never stored."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from services.admin.domain.accounts import Claim
from shared.kernel.ids import StaffId
from shared.web.links import LinkForged, LinkSigner, LinkVerifier, Purpose


@dataclass(frozen=True, slots=True)
class SignInLinks:
    """Makes and reads the links into the coordinators' pages."""

    signer: LinkSigner
    verifier: LinkVerifier
    admin_url: str

    def url(self, staff_id: UUID, generation: int, now: datetime) -> str:
        """A fresh link; whoever has it can sign in for half an hour."""
        made_at = str(int(now.timestamp()))
        token = self.signer.sign(Purpose.SIGN_IN, str(staff_id), str(generation), made_at)
        return f"{self.admin_url.rstrip('/')}/sign-in/{token}"

    def read(self, token: str) -> Claim:
        """What a link says; whether it still acts is the account's to know. Raises LinkForged."""
        try:
            staff_id, generation, made_at = self.verifier.read(Purpose.SIGN_IN, token)
            return Claim(
                StaffId(UUID(staff_id)),
                int(generation),
                datetime.fromtimestamp(int(made_at), UTC),
            )
        except ValueError:
            raise LinkForged("This link is not complete.") from None
