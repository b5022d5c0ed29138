"""Mails about registrations: volunteers, organisations, staff; and what erasure means here."""

from uuid import UUID

from services.notifications.handlers.queueing import Post
from services.notifications.store.emails import lock_open_of_person, save, to_domain
from services.notifications.store.people import bury, let_stand_in
from services.notifications.store.tables import MESSAGING
from shared.contracts.network import (
    OrganisationErased,
    OrganisationLinkRequested,
    OrganisationRegistered,
    OrganisationRegistrationRepeated,
    OrganisationVerified,
)
from shared.contracts.notifications import SendSignInLink
from shared.contracts.profiles import (
    RegistrationRepeated,
    VolunteerErased,
    VolunteerLinkRequested,
    VolunteerRegistered,
)
from shared.contracts.values import Done
from shared.kernel.ids import new_id
from shared.messaging.erasure import forget
from shared.messaging.outbox import Work
from shared.messaging.seam import Seam


def subscribe(seam: Seam, post: Post) -> None:
    """Bind the mails about people and organisations."""
    _subscribe_volunteers(seam, post)
    _subscribe_organisations(seam, post)

    @seam.private(SendSignInLink)
    async def on_send_sign_in_link(wish: SendSignInLink, work: Work) -> Done:
        await post.to_staff(work, wish.command_key, "sign_in", wish.recipient_staff_id)
        return Done()


def _subscribe_volunteers(seam: Seam, post: Post) -> None:
    @seam.event(VolunteerRegistered)
    async def on_volunteer_registered(event: VolunteerRegistered, work: Work) -> None:
        await post.to_volunteer(work, event, "confirm_address", event.volunteer_id)

    @seam.event(RegistrationRepeated)
    async def on_registration_repeated(event: RegistrationRepeated, work: Work) -> None:
        await post.to_volunteer(work, event, _repeated(event), event.volunteer_id)

    @seam.event(VolunteerLinkRequested)
    async def on_volunteer_link_requested(event: VolunteerLinkRequested, work: Work) -> None:
        await post.to_volunteer(work, event, "volunteer_link", event.volunteer_id)

    @seam.event(VolunteerErased)
    async def on_volunteer_erased(event: VolunteerErased, work: Work) -> None:
        await forget_person(work, event.volunteer_id)


def _subscribe_organisations(seam: Seam, post: Post) -> None:
    @seam.event(OrganisationRegistered)
    async def on_organisation_registered(event: OrganisationRegistered, work: Work) -> None:
        await post.to_organisation(work, event, "confirm_address", event.organisation_id)

    @seam.event(OrganisationRegistrationRepeated)
    async def on_organisation_repeated(
        event: OrganisationRegistrationRepeated, work: Work
    ) -> None:
        await post.to_organisation(work, event, _repeated(event), event.organisation_id)

    @seam.event(OrganisationVerified)
    async def on_organisation_verified(event: OrganisationVerified, work: Work) -> None:
        if event.announced:
            await post.to_organisation(
                work, event, "organisation_verified", event.organisation_id
            )

    @seam.event(OrganisationLinkRequested)
    async def on_link_requested(event: OrganisationLinkRequested, work: Work) -> None:
        await post.to_organisation(work, event, "organisation_link", event.organisation_id)

    @seam.event(OrganisationErased)
    async def on_organisation_erased(event: OrganisationErased, work: Work) -> None:
        await forget_person(work, event.organisation_id)


def _repeated(event: RegistrationRepeated | OrganisationRegistrationRepeated) -> str:
    """Who never confirmed is not "already with us": the first mail may have been lost."""
    return "already_registered" if event.confirmed else "confirm_address"


async def forget_person(work: Work, person_id: UUID) -> None:
    """Cancel what waits for a person, and for what comes late; a random id stands in the past."""
    await bury(work.session, person_id, work.now)
    for row in await lock_open_of_person(work.session, person_id):
        save(row, to_domain(row).cancel())
    await work.session.flush()
    await let_stand_in(work.session, person_id, new_id())
    await forget(work.session, MESSAGING, person_id)
