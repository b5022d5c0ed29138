"""Dead letters as a person looks at them: listed, read, handled once more, or discarded.

For `admin` and the command line, which alone may ask the stream (`topology.rights_of`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from nats.errors import Error as NatsError
from nats.js.api import RawStreamMsg
from nats.js.errors import APIError, NotFoundError
from pydantic import ValidationError

from shared.contracts.messages import Refused
from shared.kernel.errors import Refusal
from shared.messaging.asking import Unavailable
from shared.messaging.connection import Connection
from shared.messaging.envelope import MSG_ID, OK, REPLY_TO, STATUS
from shared.messaging.retries import DEAD_LETTER_STREAM

SUBJECTS = "dead.>"
REPLAY_TIMEOUT_S = 20.0
"""A handler may take its time; whoever replays waits and sees what came of it."""

_MARK = "dead-"
_NOT_AGAIN = {REPLY_TO, MSG_ID}


class DeadLetterGone(Refusal):
    """Somebody replayed or discarded it meanwhile, or its year is over."""

    code: ClassVar[str] = "messaging.dead_letter_gone"


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """One message that a consumer gave up on. `error` is a code, never a text."""

    sequence: int
    consumer: str
    subject: str
    error: str
    tries: int
    buried_at: datetime
    headers: Mapping[str, str]
    """As the message had them, without the marks of its burial."""
    body: bytes


@dataclass(frozen=True, slots=True)
class Replayed:
    """What came of handling it once more; handled means that the dead letter is deleted."""

    handled: bool
    code: str = ""


class DeadLetters:
    """The dead letters of one district, through the rights of one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def count(self) -> int:
        """How many there are. Raises Unavailable."""
        self._must_be_connected()
        try:
            info = await self._connection.jetstream.stream_info(DEAD_LETTER_STREAM)
        except (NatsError, TimeoutError) as error:
            raise _unavailable() from error
        return info.state.messages

    async def oldest(self, limit: int, *, first: int = 1) -> tuple[DeadLetter, ...]:
        """At most `limit` of them from sequence `first` on. Raises Unavailable."""
        found: list[DeadLetter] = []
        while len(found) < limit:
            letter = await self._next(first)
            if letter is None:
                break
            found.append(letter)
            first = letter.sequence + 1
        return tuple(found)

    async def get(self, sequence: int) -> DeadLetter:
        """One of them. Raises DeadLetterGone, Unavailable."""
        letter = await self._next(sequence)
        if letter is None or letter.sequence != sequence:
            raise DeadLetterGone("this dead letter is not there any more")
        return letter

    async def replay(self, letter: DeadLetter) -> Replayed:
        """Hand it to its own consumer once more; the inbox keeps it from acting twice.

        Raises Unavailable when nobody takes it.
        """
        self._must_be_connected()
        headers = {key: value for key, value in letter.headers.items() if key not in _NOT_AGAIN}
        try:
            answer = await self._connection.client.request(
                f"replay.{letter.consumer}",
                letter.body,
                timeout=REPLAY_TIMEOUT_S,
                headers=headers,
            )
        except (NatsError, TimeoutError) as error:
            raise _unavailable() from error
        if (answer.headers or {}).get(STATUS) != OK:
            return Replayed(handled=False, code=_code_in(answer.data))
        await self.discard(letter.sequence)
        return Replayed(handled=True)

    async def discard(self, sequence: int) -> None:
        """Delete it; deleting what is gone is no error. Raises Unavailable."""
        self._must_be_connected()
        try:
            await self._connection.jetstream.delete_msg(DEAD_LETTER_STREAM, sequence)
        except APIError as error:
            # The server has several codes for what is not there: only whether it is matters.
            letter = await self._next(sequence)
            if letter is not None and letter.sequence == sequence:
                raise _unavailable() from error
        except (NatsError, TimeoutError) as error:
            raise _unavailable() from error

    async def _next(self, sequence: int) -> DeadLetter | None:
        """The first one from `sequence` on; what was deleted in between is passed over."""
        self._must_be_connected()
        try:
            message = await self._connection.jetstream.get_msg(
                DEAD_LETTER_STREAM, seq=sequence, subject=SUBJECTS, next=True
            )
        except NotFoundError:
            return None
        except (NatsError, TimeoutError) as error:
            raise _unavailable() from error
        return _letter(message)

    def _must_be_connected(self) -> None:
        if not self._connection.is_connected:
            # nats-py would keep the question in memory and let us wait for nothing.
            raise _unavailable()


def _letter(message: RawStreamMsg) -> DeadLetter:
    headers: dict[str, str] = dict(message.headers or {})
    if message.seq is None or message.time is None:
        raise _unavailable()
    return DeadLetter(
        sequence=message.seq,
        consumer=(message.subject or "").removeprefix("dead."),
        subject=headers.get(f"{_MARK}subject", ""),
        error=headers.get(f"{_MARK}error", ""),
        tries=int(headers.get(f"{_MARK}tries", "0")),
        buried_at=message.time,
        headers={
            key: value
            for key, value in headers.items()
            if not key.lower().startswith((_MARK, "nats-"))
        },
        body=message.data or b"",
    )


def _code_in(body: bytes) -> str:
    try:
        return Refused.model_validate_json(body).code
    except ValidationError:
        return "messaging.unreadable"


def _unavailable() -> Unavailable:
    return Unavailable("the message server or the consumer does not answer")
