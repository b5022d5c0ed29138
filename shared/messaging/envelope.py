"""What travels beside a body: CloudEvents attributes (binary mode), correlation and trace."""

from collections.abc import Mapping
from dataclasses import dataclass

from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from shared.contracts.messages import Event
from shared.kernel.ids import new_id

MSG_ID = "Nats-Msg-Id"
REPLY_TO = "bruecke-reply-to"
STATUS = "bruecke-status"
OK = "ok"
REFUSED = "refused"
FAILED = "failed"

_propagator = TraceContextTextMapPropagator()


@dataclass(frozen=True, slots=True)
class Correlation:
    """Which chain of messages this belongs to, and which message caused it."""

    correlation_id: str
    causation_id: str | None = None

    @classmethod
    def fresh(cls) -> "Correlation":
        return cls(str(new_id()))

    @classmethod
    def of(cls, headers: Mapping[str, str] | None, message_id: str | None) -> "Correlation":
        """The correlation a handler goes on with, after a message with these headers."""
        found = (headers or {}).get("correlation_id")
        return cls(found or str(new_id()), message_id)

    def headers(self) -> dict[str, str]:
        pairs = {"correlation_id": self.correlation_id}
        if self.causation_id is not None:
            pairs["causation_id"] = self.causation_id
        return pairs


def event_headers(event: Event, correlation: Correlation) -> dict[str, str]:
    """All headers of an event as they go to the broker, the trace of the present span included."""
    headers = {
        MSG_ID: f"{event.event_id}.v{event.message_version}",
        "content-type": "application/json",
        "ce-specversion": "1.0",
        "ce-id": str(event.event_id),
        "ce-type": event.subject,
        "ce-source": f"/bruecke/{event.owner}",
        "ce-time": event.occurred_at.isoformat(),
        "ce-subject": event.about,
        **correlation.headers(),
    }
    sequence = getattr(event, "sequence", None)
    if sequence is not None:
        headers["ce-sequence"] = str(sequence)
    return with_trace(headers)


def asked_headers(correlation: Correlation, *, reply_to: str | None = None) -> dict[str, str]:
    """Headers of one attempt at a command, a query or a private wish: a new message id each."""
    headers = {
        MSG_ID: str(new_id()),
        "content-type": "application/json",
        **correlation.headers(),
    }
    if reply_to is not None:
        headers[REPLY_TO] = reply_to
    return with_trace(headers)


def with_trace(headers: dict[str, str]) -> dict[str, str]:
    """Add `traceparent` of the present span, if there is one."""
    _propagator.inject(headers)
    return headers
