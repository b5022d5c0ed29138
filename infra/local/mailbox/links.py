"""Makes the addresses in a mail's text clickable; everything else stays text."""

import re

from markupsafe import Markup, escape

_URL = re.compile(r"https?://[^\s<>\"]+")
_NOT_AT_THE_END = ".,;:!?'*_"


def with_links(text: str) -> Markup:
    """Escape the text and turn its http(s) addresses into links."""
    pieces: list[Markup] = []
    done = 0
    for match in _URL.finditer(text):
        url = _without_punctuation(match.group())
        pieces.append(escape(text[done : match.start()]))
        pieces.append(Markup('<a href="{0}" rel="noreferrer">{0}</a>').format(url))
        done = match.start() + len(url)
    pieces.append(escape(text[done:]))
    return Markup("").join(pieces)


def _without_punctuation(url: str) -> str:
    """Cut what belongs to the sentence around the address."""
    while url[-1] in _NOT_AT_THE_END or (url[-1] == ")" and url.count(")") > url.count("(")):
        url = url[:-1]
    return url
