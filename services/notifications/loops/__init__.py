"""Loops of `notifications`: the senders that hand mails over."""
