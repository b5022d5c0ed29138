"""Fixtures that every test may use."""

from tests.servers import district, servers

__all__ = ["district", "servers"]
