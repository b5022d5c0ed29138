"""Hands ordered sign-in mails over to `notifications`.

The page that takes an address answers at once and always the same: whether there is such an
account, and whether mail works at the moment, is not for everybody to learn.
"""

import asyncio

from services.admin.store.accounts import note_handed_over, ordered_link_mails
from shared.contracts.notifications import SendSignInLink
from shared.kernel.clock import Clock
from shared.messaging.asking import Asker
from shared.messaging.connection import wait_or
from shared.persistence.database import Database

EVERY_S = 1.0


async def keep_handing_over(
    database: Database, asker: Asker, machine_clock: Clock, stop: asyncio.Event
) -> None:
    """Hand over until `stop`; what fails is tried again by the caller. Raises Unavailable."""
    while not stop.is_set():
        async with database.transaction() as session:
            ordered = await ordered_link_mails(session)
        for mail in ordered:
            # The mail's id is the key: handing it over twice is one mail.
            await asker.ask(
                SendSignInLink(
                    command_key=f"sign-in:{mail.mail_id}", recipient_staff_id=mail.staff_id
                )
            )
            async with database.transaction() as session:
                await note_handed_over(session, mail.mail_id, machine_clock.now())
        await wait_or(stop, EVERY_S)
