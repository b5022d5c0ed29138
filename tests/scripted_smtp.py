"""A mail server that does what a script tells it: busy, greylisting, hanging, dying.

    async with ScriptedSmtp() as smtp:
        smtp.script(Script(rcpt=["450 4.7.1 greylisted", "250 ok"]))
        ...
        await smtp.until(lambda: smtp.accepted)

Each new connection takes the next script; when none is left, all is well. It is a real server on
a free port of this machine, without TLS.
"""

import asyncio
import contextlib
import email
import email.policy
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage
from functools import cached_property
from typing import Any, Self


class Fault:
    """Instead of a reply: the connection hangs or is torn down."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return self.name


HANG = Fault("HANG")
DROP = Fault("DROP")

Answer = str | Fault
Answers = Answer | Sequence[Answer]


@dataclass
class Script:
    """What one connection answers; a list is used up reply by reply, its last one repeats.

    `final` follows the mail's last dot; a DROP or HANG there happens after the mail was taken.
    `after` happens once a final reply was given.
    """

    banner: Answers = "220 ready"
    ehlo: Answers = "250 hello"
    auth: Answers = "235 2.7.0 welcome"
    mail: Answers = "250 2.1.0 ok"
    rcpt: Answers = "250 2.1.5 ok"
    data: Answers = "354 go on"
    final: Answers = "250 2.0.0 queued"
    after: Fault | None = None

    def take(self, step: str) -> Answer:
        answers: Answers = getattr(self, step)
        if isinstance(answers, str | Fault):
            return answers
        first, *rest = answers
        if rest:
            setattr(self, step, rest)
        return first


@dataclass(frozen=True)
class Accepted:
    """A mail that the server has taken, whether or not the sender got to know."""

    sender: str
    recipient: str
    raw: bytes

    @cached_property
    def message(self) -> EmailMessage:
        return email.message_from_bytes(self.raw, policy=email.policy.default)


class _Gone(Exception):
    """This connection is over."""


@dataclass
class ScriptedSmtp:
    """The server; `commands` is what it was told, without the mails' texts."""

    accepted: list[Accepted] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    connections: int = 0
    port: int = 0

    def __post_init__(self) -> None:
        self._scripts: list[Script] = []
        self._changed = asyncio.Condition()
        self._tasks: set[asyncio.Task[Any]] = set()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def script(self, *scripts: Script) -> None:
        """Queue scripts for the connections to come."""
        self._scripts.extend(scripts)

    async def until(self, condition: Callable[[], object], within: float = 5.0) -> None:
        """Wait until the condition holds; it is looked at whenever something was said."""
        async with asyncio.timeout(within), self._changed:
            await self._changed.wait_for(lambda: bool(condition()))

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        self.connections += 1
        script = self._scripts.pop(0) if self._scripts else Script()
        with contextlib.suppress(_Gone, ConnectionError, asyncio.CancelledError):
            await _Session(self, script, reader, writer).run()
        writer.close()
        await self.note()

    async def note(self) -> None:
        async with self._changed:
            self._changed.notify_all()


class _Session:
    def __init__(
        self,
        server: ScriptedSmtp,
        script: Script,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        self.server, self.script = server, script
        self.reader, self.writer = reader, writer
        self.sender = self.recipient = ""

    async def run(self) -> None:
        await self.say("banner")
        while line := (await self.reader.readline()).decode().strip():
            self.server.commands.append(line)
            await self.server.note()
            await self.obey(line)

    async def obey(self, line: str) -> None:
        verb = line[:4].upper()
        match verb:
            case "EHLO":
                answer = self.script.take("ehlo")
                if isinstance(answer, str) and answer.startswith("250"):
                    await self.write("250-here\r\n250-AUTH PLAIN\r\n250 ENHANCEDSTATUSCODES")
                else:
                    await self.give(answer)
            case "AUTH":
                await self.say("auth")
            case "MAIL":
                self.sender = line.partition("<")[2].partition(">")[0]
                await self.say("mail")
            case "RCPT":
                self.recipient = line.partition("<")[2].partition(">")[0]
                await self.say("rcpt")
            case "DATA":
                await self.take_mail()
            case "QUIT":
                await self.write("221 bye")
                raise _Gone
            case _:
                await self.write("250 ok")

    async def take_mail(self) -> None:
        answer = self.script.take("data")
        await self.give(answer)
        if not (isinstance(answer, str) and answer.startswith("354")):
            return
        lines = []
        while (line := await self.reader.readline()) != b".\r\n":
            if not line:
                raise _Gone
            lines.append(line[1:] if line.startswith(b"..") else line)
        final = self.script.take("final")
        if isinstance(final, Fault) or final.startswith("2"):
            mail = Accepted(self.sender, self.recipient, b"".join(lines))
            self.server.accepted.append(mail)
            await self.server.note()
        await self.give(final)
        if self.script.after is not None:
            await self.give(self.script.after)

    async def say(self, step: str) -> None:
        await self.give(self.script.take(step))

    async def give(self, answer: Answer) -> None:
        if answer is HANG:
            await asyncio.Event().wait()
        if answer is DROP:
            self.writer.transport.abort()
            raise _Gone
        await self.write(str(answer))
        if str(answer).startswith("421"):
            raise _Gone

    async def write(self, text: str) -> None:
        self.writer.write(f"{text}\r\n".encode())
        await self.writer.drain()
