"""Writes the messages of all services as one AsyncAPI 3.0 document, from the catalogue alone.

    python -m infra.dev.asyncapi

A channel is a subject. Each service that publishes, sends or handles a message has an operation of
its own, so that the document tells who speaks with whom. What is asked names its reply, which
arrives in the sender's own inbox.
"""

import json
import re
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pydantic.json_schema import models_json_schema

from infra.dev.samples import reply_of
from shared.contracts.catalogue import CATALOGUE
from shared.contracts.messages import Command, Contract, Event, Refused, Service, durable_of
from shared.messaging.topology import Durable, durables

FILE = Path(__file__).parents[1] / "asyncapi.json"
Node = dict[str, Any]

REPLIES = "replies"
"""The channel without an address: every sender's inbox."""

_HEADERS: Node = {
    "EventHeaders": {
        "type": "object",
        "description": "CloudEvents attributes (binary mode), correlation and trace.",
        "required": [
            "Nats-Msg-Id",
            "ce-specversion",
            "ce-id",
            "ce-type",
            "ce-source",
            "ce-time",
        ],
        "properties": {
            "Nats-Msg-Id": {"type": "string", "description": "`<event id>.v<n>`"},
            "ce-specversion": {"const": "1.0"},
            "ce-id": {"type": "string", "format": "uuid"},
            "ce-type": {"type": "string", "description": "the subject"},
            "ce-source": {"type": "string", "description": "`/bruecke/<service>`"},
            "ce-time": {"type": "string", "format": "date-time"},
            "ce-subject": {"type": "string", "description": "the id of what it is about"},
            "ce-sequence": {"type": "string", "description": "version; the newest wins"},
            "correlation_id": {"type": "string"},
            "causation_id": {"type": "string"},
            "traceparent": {"type": "string"},
        },
    },
    "AskedHeaders": {
        "type": "object",
        "description": "A new message id for each attempt; the inbox that awaits the reply.",
        "required": ["Nats-Msg-Id", "correlation_id"],
        "properties": {
            "Nats-Msg-Id": {"type": "string", "format": "uuid"},
            "bruecke-reply-to": {"type": "string", "description": "commands only"},
            "correlation_id": {"type": "string"},
            "causation_id": {"type": "string"},
            "traceparent": {"type": "string"},
        },
    },
    "ReplyHeaders": {
        "type": "object",
        "description": "`ok`: the reply; `refused`, `failed`: `Refused`.",
        "required": ["bruecke-status"],
        "properties": {"bruecke-status": {"enum": ["ok", "refused", "failed"]}},
    },
}


def document() -> Node:
    """The whole document; the same catalogue gives the same bytes."""
    contracts = [contract for _, contract in sorted(CATALOGUE.items())]
    replies = sorted(
        {reply_of(each) for each in contracts if not issubclass(each, Event)} | {Refused},
        key=lambda reply: reply.__name__,
    )
    models: list[Any] = [*contracts, *replies]
    _, schemas = models_json_schema(
        [(model, "validation") for model in models], ref_template="#/components/schemas/{model}"
    )
    messages = {each.subject: _message(each) for each in contracts}
    messages |= {reply.__name__: _reply_message(reply) for reply in replies}
    channels = {each.subject: _channel(each) for each in contracts}
    channels[REPLIES] = {
        "address": None,
        "description": "The inbox of whoever asked: `_INBOX_<service>.…`, which nobody else may read.",
        "messages": {
            reply.__name__: {"$ref": _pointer("components", "messages", reply.__name__)}
            for reply in replies
        },
    }
    return {
        "asyncapi": "3.0.0",
        "info": _info(),
        "defaultContentType": "application/json",
        "channels": channels,
        "operations": dict(sorted(_operations(contracts).items())),
        "components": {"messages": messages, "schemas": schemas["$defs"] | _HEADERS},
    }


def _info() -> Node:
    return {
        "title": "Brücke",
        "version": version("bruecke"),
        "description": (__doc__ or "").split("\n\n")[2].replace("\n", " "),
        "license": {"name": "EUPL-1.2"},
        "tags": [{"name": service.value} for service in Service],
    }


def _pointer(*steps: str) -> str:
    return "#/" + "/".join(step.replace("~", "~0").replace("/", "~1") for step in steps)


def _summary(model: type[Any]) -> Node:
    """The first sentence of a message's own docstring; nothing for one without."""
    text = model.__dict__.get("__doc__") or ""
    return {"summary": re.sub(r"\s+", " ", text.strip())} if text.strip() else {}


def _message(contract: type[Contract]) -> Node:
    headers = "EventHeaders" if issubclass(contract, Event) else "AskedHeaders"
    return {
        "name": contract.__name__,
        **_summary(contract),
        "headers": {"$ref": _pointer("components", "schemas", headers)},
        "payload": {"$ref": _pointer("components", "schemas", contract.__name__)},
        "correlationId": {"location": "$message.header#/correlation_id"},
    }


def _reply_message(reply: type[Any]) -> Node:
    return {
        "name": reply.__name__,
        **_summary(reply),
        "headers": {"$ref": _pointer("components", "schemas", "ReplyHeaders")},
        "payload": {"$ref": _pointer("components", "schemas", reply.__name__)},
    }


def _channel(contract: type[Contract]) -> Node:
    stream = {durable.contract: durable.stream for durable in durables()}.get(contract)
    return {
        "address": contract.subject,
        "messages": {
            contract.__name__: {"$ref": _pointer("components", "messages", contract.subject)}
        },
        **({"x-stream": stream} if stream else {}),
    }


def _operations(contracts: list[type[Contract]]) -> Node:
    found: Node = {}
    for contract in contracts:
        durable_by_reader = {
            durable.reader: durable for durable in durables() if durable.contract is contract
        }
        if issubclass(contract, Event):
            found[_name(contract.owner, "publishes", contract)] = _operation("send", contract)
            for reader in contract.readers:
                found[_name(reader, "hears", contract)] = _operation(
                    "receive", contract, durable_by_reader[reader]
                )
            continue
        owner, senders = contract.owner, contract.senders  # type: ignore[attr-defined]
        verb = "takes" if issubclass(contract, Command) else "answers"
        found[_name(owner, verb, contract)] = _operation(
            "receive", contract, durable_by_reader.get(owner)
        )
        for sender in senders:
            found[_name(sender, "asks", contract)] = _operation("send", contract)
    return found


def _name(service: str, verb: str, contract: type[Contract]) -> str:
    return f"{service}_{verb}_{durable_of(contract.owner, contract)}"


def _operation(action: str, contract: type[Contract], durable: Durable | None = None) -> Node:
    channel = _pointer("channels", contract.subject)
    operation: Node = {
        "action": action,
        "channel": {"$ref": channel},
        "messages": [{"$ref": f"{channel}/messages/{contract.__name__}"}],
    }
    if durable is not None:
        operation["x-durable"] = durable.name
    if not issubclass(contract, Event):
        inboxes = _pointer("channels", REPLIES)
        operation["reply"] = {
            "channel": {"$ref": inboxes},
            "messages": [
                {"$ref": f"{inboxes}/messages/{name}"}
                for name in sorted({reply_of(contract).__name__, Refused.__name__})
            ],
        }
        if durable is None and action == "receive":
            operation["bindings"] = {"nats": {"queue": contract.owner.value}}
    return operation


def text() -> str:
    """The file's content."""
    return json.dumps(document(), indent=1, ensure_ascii=False, sort_keys=False) + "\n"


if __name__ == "__main__":
    FILE.write_text(text())
