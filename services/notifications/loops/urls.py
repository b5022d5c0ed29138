"""The links that mails carry: signed for one purpose each."""

from dataclasses import dataclass
from uuid import UUID

from shared.kernel.fields import Side
from shared.kernel.languages import DEFAULT_LOCALE
from shared.web.links import LinkSigner, Purpose


@dataclass(frozen=True, slots=True)
class Urls:
    """Makes links into the portal. GET shows, POST acts, nothing is single-use."""

    public_url: str
    signer: LinkSigner

    def answer(self, invitation_id: UUID) -> str:
        return self._url("/a/{}", Purpose.ANSWER, invitation_id)

    def tandem(self, assignment_id: str, side: Side) -> str:
        token = self.signer.sign(Purpose.TANDEM, assignment_id, side.value)
        return f"{self.public_url.rstrip('/')}/t/{token}"

    def unsubscribe(self, volunteer_id: UUID) -> str:
        return self._url("/u/{}", Purpose.UNSUBSCRIBE, volunteer_id)

    def confirm_volunteer(self, volunteer_id: UUID) -> str:
        return self._url("/help/confirm/{}", Purpose.CONFIRM_VOLUNTEER, volunteer_id)

    def confirm_organisation(self, organisation_id: UUID) -> str:
        return self._url(
            "/organisation/confirm/{}", Purpose.CONFIRM_ORGANISATION, organisation_id
        )

    def volunteer_page(self, volunteer_id: UUID) -> str:
        return self._url("/me/{}", Purpose.VOLUNTEER_PAGE, volunteer_id)

    def organisation_page(self, organisation_id: UUID) -> str:
        return self._url("/organisation/{}", Purpose.ORGANISATION_PAGE, organisation_id)

    def request_page(self, organisation_id: UUID, request_id: UUID) -> str:
        return f"{self.organisation_page(organisation_id)}/requests/{request_id}"

    def new_request(self, organisation_id: UUID) -> str:
        return f"{self.organisation_page(organisation_id)}/new"

    def _url(self, path: str, purpose: Purpose, person: UUID) -> str:
        token = self.signer.sign(purpose, str(person))
        return self.public_url.rstrip("/") + path.format(token)


def in_language(url: str, language: str) -> str:
    """The link to a page in the language of the mail that carries it.

    No browser asks for `de-simple`, and many are set to another language than their owner chose.
    German is left to the browser: it is also the language of those who have chosen none.
    """
    return url if language == DEFAULT_LOCALE else f"{url}?lang={language}"
