"""Engine, naming convention and transactions: one dialect, one schema a service."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from sqlalchemy import MetaData
from sqlalchemy.engine import URL, make_url
from sqlalchemy.ext.asyncio import (
    AsyncConnection,
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)

POOL_SIZE = 5
CLOSE_WITHIN_S = 3.0

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


def metadata_for(service: str) -> MetaData:
    """The tables of one service live in the schema of its name."""
    return MetaData(schema=service, naming_convention=NAMING)


def role_of(service: str) -> str:
    """The database role of a service."""
    return f"bruecke_{service}"


def service_url(database_url: str, service: str, secrets: Path) -> URL:
    """The address with the service's own user and password; `database_url` names no user.

    Raises:
        FileNotFoundError: the secrets were not made (`bruecke provision --secrets`).

    """
    password = (secrets / f"{service}.password").read_text().strip()
    return make_url(database_url).set(
        drivername="postgresql+asyncpg", username=role_of(service), password=password
    )


def build_engine(url: URL, *, application: str, pool_size: int = POOL_SIZE) -> AsyncEngine:
    """An engine that never prints parameters and notices a lost server."""
    return create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=15,
        pool_pre_ping=True,
        hide_parameters=True,
        connect_args={
            "timeout": 5,
            "server_settings": {
                "application_name": application,
                "statement_timeout": "30000",
                "idle_in_transaction_session_timeout": "60000",
                "lock_timeout": "10000",
            },
        },
    )


class Database:
    """One service's database: sessions for transactions, connections for locks."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine
        self._sessions = async_sessionmaker(engine, expire_on_commit=False)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """One transaction: committed at the end of the block, rolled back on any error."""
        async with self._sessions.begin() as session:
            yield session

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[AsyncConnection]:
        """A connection of its own, for session locks and LISTEN."""
        async with self.engine.connect() as connection:
            yield connection

    async def close(self) -> None:
        """Take leave of the server; from a frozen one without an answer.

        A farewell that is cut off gives up one connection; the next goes on with the others.
        """
        for _ in range(POOL_SIZE):
            with suppress(TimeoutError):
                await asyncio.wait_for(self.engine.dispose(), CLOSE_WITHIN_S / POOL_SIZE)
                return
