"""Hand-over contacts: kept once, and told only to those whom an assigned volunteer's mail concerns."""

from sqlalchemy.dialects.postgresql import insert

from services.network.domain.registration import check_contact
from services.network.handlers.standing import locked
from services.network.store import HandoverContactRow
from shared.contracts.network import ContactKept, KeepHandoverContact
from shared.kernel.ids import new_id
from shared.messaging.outbox import Work
from shared.messaging.seam import Seam


def subscribe(seam: Seam) -> None:
    @seam.private(KeepHandoverContact)
    async def on_keep(wish: KeepHandoverContact, work: Work) -> ContactKept:
        return await keep_handover_contact(wish, work)


async def keep_handover_contact(wish: KeepHandoverContact, work: Work) -> ContactKept:
    """Keep whom to ring; the same name and number of an organisation is the same person."""
    contact = check_contact(wish.name, wish.phone)
    if wish.dry_run:
        return ContactKept(contact_id=new_id())
    organisation = await locked(wish.organisation_id, work)
    kept = await work.session.execute(
        insert(HandoverContactRow)
        .values(
            contact_id=new_id(),
            organisation_id=organisation.organisation_id,
            identity=contact.identity,
            name=contact.name,
            phone=contact.phone,
            last_named_at=work.now,
        )
        .on_conflict_do_update(
            index_elements=[HandoverContactRow.organisation_id, HandoverContactRow.identity],
            set_={"last_named_at": work.now},
        )
        .returning(HandoverContactRow.contact_id)
    )
    return ContactKept(contact_id=kept.scalar_one())
