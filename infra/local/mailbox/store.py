"""Mails as files: one each, complete or not there, numbered in the order of their arrival."""

import asyncio
import json
import logging
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from infra.local.durable import write_durably
from infra.local.mailbox.reading import read_headline
from shared.kernel.clock import Clock

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class StoredMail:
    """What the list shows. `recipients` are those of the envelope: who really gets it."""

    id: int
    sender: str
    recipients: tuple[str, ...]
    subject: str
    received_at: datetime

    def is_for(self, address: str) -> bool:
        return address.casefold() in (recipient.casefold() for recipient in self.recipients)


class MailStore:
    """Keeps mails in `folder`, each as one line of JSON (the list's part) and the raw message.

    One thread writes, so ids and order cannot be disturbed, also not by a client that leaves in
    the middle.
    """

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._folder = folder
        self._clock = clock
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        paths = sorted(folder.glob("*.mail"))
        self._mails = {mail.id: mail for mail in _load(paths)}
        self._last_id = int(paths[-1].stem) if paths else 0
        self._writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="mail-writer")

    def newest_last(self, to: str | None = None) -> list[StoredMail]:
        """List the mails, or those for one address, in the order of their ids."""
        mails = list(self._mails.values())
        return mails if to is None else [mail for mail in mails if mail.is_for(to)]

    def find(self, mail_id: int) -> StoredMail | None:
        return self._mails.get(mail_id)

    def raw(self, mail: StoredMail) -> bytes:
        """Return the message's bytes as they came."""
        return self._path(mail.id).read_bytes().partition(b"\n")[2]

    async def keep(self, sender: str, recipients: Sequence[str], raw: bytes) -> StoredMail:
        """Write a mail down; when this returns, it survives a crash."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(
            self._writer, self._keep, sender, tuple(recipients), raw
        )

    def close(self) -> None:
        """Finish what is being written."""
        self._writer.shutdown()

    def _keep(self, sender: str, recipients: tuple[str, ...], raw: bytes) -> StoredMail:
        headline = read_headline(raw)
        mail = StoredMail(
            id=self._last_id + 1,
            sender=headline.sender or sender,
            recipients=recipients,
            subject=headline.subject,
            received_at=self._clock.now(),
        )
        write_durably(self._path(mail.id), _dump(mail) + b"\n" + raw)
        self._last_id = mail.id
        self._mails[mail.id] = mail
        return mail

    def _path(self, mail_id: int) -> Path:
        return self._folder / f"{mail_id:09d}.mail"


def _load(paths: Iterable[Path]) -> Iterable[StoredMail]:
    for path in paths:
        try:
            with path.open("rb") as file:
                yield _parse(int(path.stem), file.readline())
        except (ValueError, KeyError, TypeError):
            log.warning("%s is not a mail of ours and is left alone", path.name)


def _dump(mail: StoredMail) -> bytes:
    fields = {
        "from": mail.sender,
        "to": mail.recipients,
        "subject": mail.subject,
        "received_at": mail.received_at.isoformat(),
    }
    return json.dumps(fields).encode("ascii")


def _parse(mail_id: int, line: bytes) -> StoredMail:
    fields = json.loads(line)
    return StoredMail(
        id=mail_id,
        sender=fields["from"],
        recipients=tuple(fields["to"]),
        subject=fields["subject"],
        received_at=datetime.fromisoformat(fields["received_at"]),
    )
