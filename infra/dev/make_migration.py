"""Writes the next migration of a service from its tables, against a throwaway PostgreSQL.

`python -m infra.dev.make_migration SERVICE MESSAGE`
"""

import asyncio
import sys
import tempfile
from pathlib import Path

from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import create_async_engine

from infra.dev.throwaway import throwaway_postgres
from infra.provision import ensure_database
from shared.messaging.secrets import make_secrets
from shared.persistence.provisioning import make_revision, provision_database


async def _write(url: URL, service: str, message: str, secrets: Path) -> None:
    await ensure_database(url, apply=True)
    await provision_database(url, [service], secrets, apply=True)
    engine = create_async_engine(url.set(drivername="postgresql+asyncpg"))
    async with engine.begin() as connection:
        await connection.run_sync(make_revision, service, message)
    await engine.dispose()


def main(service: str, message: str) -> None:
    """Migrate an empty database to the present head, then write what is missing."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_secrets(folder / "secrets")
        with throwaway_postgres(folder) as url:
            asyncio.run(_write(url, service, message, folder / "secrets"))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
