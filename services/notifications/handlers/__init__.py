"""Use cases of `notifications`: each event that asks for a mail queues it, once."""
