"""Demo volunteers who answer by themselves, as people do: they read mail and press a button.

They live outside the product: they see what the mailbox shows, open the link, and POST. Each
person has a mood of their own (from the address), so that the same district behaves the same.
`python -m infra.demo.answering --mail URL --speed N --answered FILE`
"""

import argparse
import asyncio
import contextlib
import email
import email.policy
import random
import re
import signal
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

POLL_S = 1.0
TRIES = 3
ANSWERING_SHARE = 0.75
"""So many read their mails at all; the others leave the coordinator something to see."""
MEDIAN_REPLY_S = 3 * 3600.0
LONGEST_WAIT_S = 600.0
"""Of machine time: in a demonstration nobody waits for hours at normal speed."""
_LINK = re.compile(r"https?://[^\s<>]+/a/[\w.-]+")


@dataclass(frozen=True, slots=True)
class Mood:
    """How one person answers."""

    reads: bool
    yes: float
    later: float


def mood_of(address: str) -> Mood:
    """The same for the same address, always."""
    chance = random.Random(address)  # noqa: S311
    return Mood(chance.random() < ANSWERING_SHARE, 0.25 + 0.5 * chance.random(), 0.1)


def choice_of(mood: Mood, chance: random.Random) -> str:
    """Yes, no or later."""
    drawn = chance.random()
    if drawn < mood.yes:
        return "yes"
    return "later" if drawn < mood.yes + mood.later else "no"


def link_in(raw: bytes) -> str | None:
    """The link to the answer page in a mail's text, if it asks something."""
    message = email.message_from_bytes(raw, policy=email.policy.default)
    if not message["List-Unsubscribe"]:
        return None
    body = message.get_body(("plain",))
    found = _LINK.search(body.get_content()) if body is not None else None
    return found.group() if found else None


def wants_answer(page: str) -> bool:
    """Whether an answer page leaves it open: who has said yes or no is offered the other alone."""
    return all(f'value="{choice}"' in page for choice in ("yes", "no"))


class Crowd:
    """All demo volunteers at one mailbox; `answered` keeps the numbers of the mails they are done with.

    After a restart nobody answers a second time: somebody may have changed the answer meanwhile.
    """

    def __init__(self, mail_url: str, speed: float, answered: Path) -> None:
        self._mail = mail_url
        self._speed = speed
        self._file = answered
        self._seen = {int(line) for line in _lines(answered)}
        self._answers: set[asyncio.Task[None]] = set()

    async def run(self, stop: asyncio.Event) -> None:
        """Read new mails until `stop`."""
        async with httpx.AsyncClient(timeout=10) as client:
            while not stop.is_set():
                with contextlib.suppress(httpx.HTTPError):
                    await self._read(client)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), POLL_S)
            for task in self._answers:
                task.cancel()
            await asyncio.gather(*self._answers, return_exceptions=True)

    async def _read(self, client: httpx.AsyncClient) -> None:
        listed: list[dict[str, Any]] = (await client.get(f"{self._mail}/api/messages")).json()
        for entry in listed:
            mail_id = int(entry["id"])
            if mail_id in self._seen:
                continue
            mood = mood_of(entry["to"])
            if mood.reads:
                raw = (await client.get(f"{self._mail}/api/messages/{mail_id}.eml")).content
                link = link_in(raw)
                if link is not None:
                    task = asyncio.create_task(self._answer(client, mail_id, link, mood))
                    self._answers.add(task)
                    task.add_done_callback(self._answers.discard)
            self._seen.add(mail_id)

    async def _answer(
        self, client: httpx.AsyncClient, mail_id: int, link: str, mood: Mood
    ) -> None:
        # Of the mail, not of the link, whose signature differs from run to run.
        chance = random.Random(mail_id)  # noqa: S311
        delay = MEDIAN_REPLY_S * chance.lognormvariate(0, 1.0) / self._speed
        await asyncio.sleep(min(delay, LONGEST_WAIT_S * chance.random()))
        for _ in range(TRIES):
            with contextlib.suppress(httpx.HTTPError):
                page = await client.get(link)
                if page.is_success and not wants_answer(page.text):
                    break  # somebody at the mailbox was sooner
                answer = await client.post(link, data={"choice": choice_of(mood, chance)})
                if not answer.is_server_error:
                    break
            await asyncio.sleep(POLL_S)
        with self._file.open("a") as file:
            file.write(f"{mail_id}\n")


def _lines(path: Path) -> list[str]:
    return path.read_text().split() if path.exists() else []


async def _main(mail_url: str, speed: float, answered: Path) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await Crowd(mail_url, speed, answered).run(stop)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mail", required=True)
    parser.add_argument("--speed", type=float, default=1.0)
    parser.add_argument("--answered", type=Path, required=True)
    arguments = parser.parse_args()
    asyncio.run(_main(arguments.mail, arguments.speed, arguments.answered))
