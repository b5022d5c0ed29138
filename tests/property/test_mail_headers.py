"""Whatever people type: headers stay what they are, and words come back whole."""

import email
import email.policy
from datetime import UTC, datetime

from hypothesis import example, given
from hypothesis import strategies as st

from services.notifications.mail.guard import HeaderUnsafe, header_text
from services.notifications.mail.message import Sender, Words, build

SENDER = Sender("Ehrenamt", "ehrenamt@bruecke.example", "office@landkreis.example")
TYPED = st.text(max_size=120) | st.from_regex(r"[ =?utf8qB_:\r\n\w@]{0,60}", fullmatch=True)


@given(subject=TYPED, name=TYPED)
@example(subject="=?utf-8?q?=0D=0ABcc:_x@y.z?=", name="=?utf-8?q?=0D=0ABcc:_x@y.z?=")
def test_nothing_typed_adds_a_header_or_a_recipient(subject: str, name: str):
    def mail(words: str, to_name: str | None) -> email.message.EmailMessage:
        message = build(
            Words("de", words, "Text\n", "<p>Text</p>"),
            sender=SENDER,
            to_address="amal@example.org",
            to_name=to_name,
            message_id="<7@bruecke.example>",
            date=datetime(2026, 12, 1, tzinfo=UTC),
        )
        return email.message_from_bytes(message.as_bytes(), policy=email.policy.default)

    try:
        back = mail(subject, name)
    except HeaderUnsafe:
        assert set(subject) & set("\r\n\x00")
        return
    assert back.keys() == mail("plain", None).keys()
    assert [address.addr_spec for address in back["To"].addresses] == ["amal@example.org"]
    if len(subject) <= 77:
        assert back["Subject"].split() == header_text(subject).split()
