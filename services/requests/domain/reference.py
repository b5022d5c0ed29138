"""The reference that people say on the telephone: `AL-2026-0042`.

A counter a year, not a random code: it is short, can be said and heard in any language, and sorts.
It tells how many requests a district has had, which its public figures tell anyway. The number
comes from one row a year, locked until the request is stored; no gaps are promised.
"""

import re

_LETTERS_OF_ONE_WORD = 3


def reference_prefix(district: str) -> str:
    """Return the initials of a district's name, of a single word its first three letters."""
    words: list[str] = re.findall(r"[^\W\d_]+", district.upper())
    if len(words) == 1:
        return words[0][:_LETTERS_OF_ONE_WORD]
    return "".join(word[0] for word in words)[:5]


def reference(prefix: str, year: int, number: int) -> str:
    """Return the reference; numbers above 9999 just get longer."""
    return f"{prefix}-{year}-{number:04d}"
