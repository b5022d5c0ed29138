"""One thin seam over FastStream and NATS: subscribers, outbox, inbox, retries, replay."""
