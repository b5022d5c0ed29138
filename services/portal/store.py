"""Tables of `portal`: it owns nothing but what every service keeps for its messages."""

from sqlalchemy.orm import DeclarativeBase

from shared.messaging.tables import messaging_tables
from shared.persistence.database import metadata_for


class Row(DeclarativeBase):
    metadata = metadata_for("portal")


MESSAGING = messaging_tables(Row.metadata)
