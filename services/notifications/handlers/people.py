"""Mails about registrations: volunteers, organisations, staff; and what erasure means here."""

from uuid import UUID

from sqlalchemy import delete, update

from services.notifications.handlers.queueing import Post
from services.notifications.store.emails import lock_open_of_person, save, to_domain
from services.notifications.store.tables import EmailRow, StandingRow
from shared.contracts.messages import Event
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
    VolunteerRegistered,
)
from shared.contracts.values import Done
from shared.kernel.ids import new_id
from shared.messaging.erasure import forget
from shared.messaging.outbox import Work
from shared.messaging.seam import Seam
from shared.messaging.tables import MessagingTables


def subscribe(seam: Seam, post: Post) -> None:
    """Bind the mails about people and organisations."""

    @seam.event(VolunteerRegistered)
    async def on_volunteer_registered(event: VolunteerRegistered, work: Work) -> None:
        await post.to_volunteer(work, event, "confirm_address", event.volunteer_id)

    @seam.event(RegistrationRepeated)
    async def on_registration_repeated(event: RegistrationRepeated, work: Work) -> None:
        await post.to_volunteer(work, event, "already_registered", event.volunteer_id)

    @seam.event(OrganisationRegistered)
    async def on_organisation_registered(event: OrganisationRegistered, work: Work) -> None:
        await post.to_organisation(work, event, "confirm_address", event.organisation_id)

    @seam.event(OrganisationRegistrationRepeated)
    async def on_organisation_repeated(
        event: OrganisationRegistrationRepeated, work: Work
    ) -> None:
        await post.to_organisation(work, event, "already_registered", event.organisation_id)

    @seam.event(OrganisationVerified)
    async def on_organisation_verified(event: OrganisationVerified, work: Work) -> None:
        await post.to_organisation(work, event, "organisation_verified", event.organisation_id)

    @seam.event(OrganisationLinkRequested)
    async def on_link_requested(event: OrganisationLinkRequested, work: Work) -> None:
        await post.to_organisation(work, event, "organisation_link", event.organisation_id)

    @seam.private(SendSignInLink)
    async def on_send_sign_in_link(wish: SendSignInLink, work: Work) -> Done:
        await post.to_staff(work, wish.command_key, "sign_in", wish.recipient_staff_id)
        return Done()

    @seam.event(VolunteerErased)
    async def on_volunteer_erased(event: VolunteerErased, work: Work) -> None:
        await forget_person(work, seam.tables, event, event.volunteer_id)

    @seam.event(OrganisationErased)
    async def on_organisation_erased(event: OrganisationErased, work: Work) -> None:
        await forget_person(work, seam.tables, event, event.organisation_id)


async def forget_person(
    work: Work, tables: MessagingTables, _event: Event, person_id: UUID
) -> None:
    """Cancel what waits for a person; facts about sent mails stay under a random id."""
    for row in await lock_open_of_person(work.session, person_id):
        save(row, to_domain(row).cancel())
    await work.session.flush()
    stranger = new_id()
    for column in (EmailRow.person_id, EmailRow.volunteer_id):
        await work.session.execute(
            update(EmailRow).where(column == person_id).values({column: stranger})
        )
    await work.session.execute(delete(StandingRow).where(StandingRow.person_id == person_id))
    await forget(work.session, tables, person_id)
