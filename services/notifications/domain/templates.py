"""What a kind of mail means for its delivery."""

ASKING = frozenset({"offer", "reminder"})


def asks(template: str) -> bool:
    """Whether a mail asks for something nobody was promised: an offer or a reminder of one.

    Only such mails wait in quiet hours, can be unsubscribed, and are left to a human when nobody
    knows whether they arrived: asking twice annoys, while a receipt that came twice does not.
    """
    return template in ASKING
