"""API tokens: shown once, and kept as a digest only."""

from base64 import urlsafe_b64encode
from hashlib import sha256

PREFIX = "brk_"
RANDOM_BYTES = 32


def token_of(random: bytes) -> str:
    """Return the token for 32 random bytes: a prefix that scanners for secrets can know, and they.

    Raises ValueError for another number of bytes.
    """
    if len(random) != RANDOM_BYTES:
        raise ValueError(f"a token is made of {RANDOM_BYTES} bytes")
    return PREFIX + urlsafe_b64encode(random).rstrip(b"=").decode()


def hash_of(token: str) -> str:
    """Return the SHA-256 of the token's text, in hexadecimal.

    Fast on purpose: 256 random bits need no slow digest.
    """
    return sha256(token.encode()).hexdigest()
