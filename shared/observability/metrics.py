"""What Prometheus is told; labels are names of services, consumers and codes, never ids."""

from prometheus_client import Counter, Gauge, Histogram

NATS_CONNECTED = Gauge("bruecke_nats_connected", "1 while connected", ["service"])
NATS_ERRORS = Counter("bruecke_nats_errors", "Errors the client reported", ["service", "error"])
OUTBOX_PENDING = Gauge("bruecke_outbox_pending", "Unpublished rows last seen", ["service"])
OUTBOX_PUBLISHED = Counter("bruecke_outbox_published", "Events published", ["service"])
HANDLED = Counter("bruecke_handled", "Messages handled", ["consumer", "outcome"])
HANDLING_SECONDS = Histogram("bruecke_handling_seconds", "Time in a handler", ["consumer"])
DEAD_LETTERS = Counter("bruecke_dead_letters", "Messages given up", ["consumer"])
CONSUMER_WAITING = Gauge("bruecke_consumer_waiting", "Messages not yet delivered", ["consumer"])
LOOP_LAG_SECONDS = Gauge("bruecke_loop_lag_seconds", "How late the event loop runs")
EMAILS = Counter("bruecke_emails", "Emails by what became of them", ["template", "outcome"])
