"""Structured logs: JSON lines with ids and codes, bound to the message being handled."""

import logging
import sys
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import structlog
from opentelemetry import trace
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

_tracer = trace.get_tracer("bruecke")
_propagator = TraceContextTextMapPropagator()


def configure_logs(level: str = "INFO") -> None:
    """One JSON object a line on standard error, for ours and for libraries' loggers."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.ExceptionRenderer(where_it_happened),
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer(ensure_ascii=False)],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processor=structlog.processors.JSONRenderer(ensure_ascii=False),
        )
    )
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)


def where_it_happened(exc_info: Any) -> str:
    """Class and frames of an exception and its causes, without any text.

    Drivers and libraries put values into their messages: PostgreSQL the key that clashed, the mail
    client the recipient.
    """
    lines: list[str] = []
    error: BaseException | None = exc_info[1]
    while error is not None:
        lines.append(type(error).__name__)
        lines += [
            f"  {frame.filename}:{frame.lineno} {frame.name}"
            for frame in traceback.extract_tb(error.__traceback__)
        ]
        if isinstance(error, BaseExceptionGroup):
            lines += [where_it_happened((None, each, None)) for each in error.exceptions]
        error = error.__cause__ or error.__context__
    return "\n".join(lines)


@contextmanager
def handling(name: str, headers: Mapping[str, str] | None) -> Iterator[Any]:
    """Bind consumer, message id and correlation to the log, inside a span of the sender's trace."""
    found = dict(headers or {})
    bound = {
        "handler": name,
        "message_id": found.get("Nats-Msg-Id"),
        "correlation_id": found.get("correlation_id"),
    }
    context = _propagator.extract(found)
    with (
        structlog.contextvars.bound_contextvars(**{k: v for k, v in bound.items() if v}),
        _tracer.start_as_current_span(name, context=context, kind=trace.SpanKind.CONSUMER),
    ):
        yield structlog.get_logger(__name__)
