"""Tables of `reporting`, and the queries on them."""

from services.reporting.store.keeping import empty

__all__ = ["empty"]
