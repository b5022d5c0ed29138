"""What a message is: the four kinds, how a subject follows from a class, and the catalogue.

A contract is a frozen pydantic model in `shared/contracts/<owner>`, a module or a package. Its
subject is derived (`<kind>.<owner>.<snake_name>.v<version>`), its readers or senders are stated
beside its fields, and permissions, streams, consumers, AsyncAPI and service cards follow from that
alone.

* `Event`    a fact; published through the owner's outbox, stored 30 days, read by durables.
* `Command`  a wish with a key; stored until its one handler has answered it.
* `Query`    a question; core request/reply, never a change.
* `Private`  a wish that carries direct identifiers: core request/reply, never stored by the broker.
"""

import re
from enum import StrEnum
from typing import Any, ClassVar, Generic, TypeVar
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from shared.kernel.fields import Via
from shared.kernel.ids import new_id


class Service(StrEnum):
    """The services; each owns a schema, a database role and a NATS user of the same name."""

    PROFILES = "profiles"
    NETWORK = "network"
    REQUESTS = "requests"
    MATCHING = "matching"
    NOTIFICATIONS = "notifications"
    REPORTING = "reporting"
    PORTAL = "portal"
    ADMIN = "admin"


CLI = "cli"
"""The operator's command line: a sender with a NATS user, without a schema."""

COMMAND_SENDERS = (Service.PORTAL.value, Service.ADMIN.value, CLI)
"""Who may send commands, and so whose inboxes a handler may reply to."""

OPERATORS = (CLI, Service.ADMIN.value)
"""Who may look into dead letters and replay them."""


class Starts(StrEnum):
    """Where a new consumer of an event begins."""

    PROJECTION = "projection"
    """At all that is stored: state that follows from events."""
    EFFECT = "effect"
    """At what is new: a deed that must not be done for the past."""


class Message(BaseModel):
    """Frozen, ignores unknown fields, never prints what it was given."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class Contract(Message):
    """A message with a subject of its own."""

    message_kind: ClassVar[str]
    owner: ClassVar[Service]
    message_version: ClassVar[int] = 1
    subject: ClassVar[str]
    snake_name: ClassVar[str]

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        if cls.__module__ == __name__ or cls.__name__.startswith("_") or "[" in cls.__name__:
            return  # a parent or a parametrised kind, not a message
        cls.owner = Service(cls.__module__.split(".")[2])
        cls.snake_name = _snake(cls.__name__)
        cls.subject = f"{cls.message_kind}.{cls.owner}.{cls.snake_name}.v{cls.message_version}"
        if CATALOGUE.setdefault(cls.subject, cls) is not cls:
            raise TypeError(f"{cls.subject} is declared twice")


CATALOGUE: dict[str, type[Contract]] = {}
"""Every contract by subject; complete once `shared.contracts.catalogue` is imported."""


class Event(Contract):
    """A fact that its owner publishes. Ids, codes, times and versions only."""

    message_kind: ClassVar[str] = "event"
    readers: ClassVar[dict[Service, Starts]] = {}
    subject_field: ClassVar[str]
    """The field that names what the event is about (`ce-subject`)."""

    event_id: UUID = Field(default_factory=new_id)
    occurred_at: AwareDatetime

    @property
    def about(self) -> str:
        return str(getattr(self, self.subject_field))


ReplyT = TypeVar("ReplyT", bound=Message)


class _Asked(Contract, Generic[ReplyT]):
    """What gets a typed reply."""

    senders: ClassVar[tuple[str, ...]]

    @classmethod
    def reply_type(cls) -> type[Message]:
        for ancestor in cls.__mro__:
            arguments = getattr(ancestor, "__pydantic_generic_metadata__", {}).get("args", ())
            if arguments and isinstance(arguments[0], type):
                return arguments[0]
        raise TypeError(f"{cls.__name__} names no reply")


class Command(_Asked[ReplyT], Generic[ReplyT]):
    """A wish, handled once: the same key with the same body gets the stored reply.

    `command_key` is made once for one wish (a form's nonce, an Idempotency-Key scoped to the
    organisation) and stays the same when the wish is sent again.

    `valid_until` (domain time): handled later, it is refused instead of done, and whoever waits no
    more gets word as of any refusal. None of our own senders sets it: what makes no sense any more
    is refused by its owner's rules, which know starts and ends. It is for senders outside.
    """

    message_kind: ClassVar[str] = "command"
    senders: ClassVar[tuple[str, ...]] = COMMAND_SENDERS

    command_key: str = Field(min_length=8, max_length=200)
    valid_until: AwareDatetime | None = None
    via: Via = Via.WEB
    staff_id: UUID | None = None


class Query(_Asked[ReplyT], Generic[ReplyT]):
    """A question; answering it changes nothing. "Gone" is an answer."""

    message_kind: ClassVar[str] = "query"


class Private(_Asked[ReplyT], Generic[ReplyT]):
    """A wish with direct identifiers in it: never stored by the broker, handled once by its key."""

    message_kind: ClassVar[str] = "private"
    senders: ClassVar[tuple[str, ...]] = COMMAND_SENDERS
    keeps_reply: ClassVar[bool] = True
    """False where the reply is a secret: it is never stored, and the same key asks anew."""

    command_key: str = Field(min_length=8, max_length=200)
    via: Via = Via.WEB
    staff_id: UUID | None = None


class FieldError(Message):
    """One refused field, in the outside interface's own words (`slots.0.ends_at`)."""

    field: str
    code: str
    message: str


class Refused(Message):
    """The reply to what was not possible: a stable code, a text in English, the field at fault.

    `errors` names every field at fault; `field` is the first of them.
    """

    code: str
    message: str
    field: str | None = None
    errors: tuple[FieldError, ...] = ()


def durable_of(reader: str, contract: type[Contract]) -> str:
    """The consumer's name: `<reader>__<snake_name>_v<n>`."""
    return f"{reader}__{contract.snake_name}_v{contract.message_version}"


def _snake(name: str) -> str:
    bare = re.sub(r"V\d+$", "", name)
    return re.sub(r"(?<!^)(?=[A-Z])", "_", bare).lower()
