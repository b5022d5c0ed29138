"""Migrations: numbered in one line, and equal to the tables that the code knows."""

import re
from importlib import import_module

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Column, Integer, MetaData, Table
from sqlalchemy.ext.asyncio import create_async_engine

from infra.dev.cards import SERVICES
from infra.services import create_with, settings_of
from shared.contracts.messages import Service
from shared.persistence.provisioning import migration_config, schema_drift
from tests.servers import TEMPLATE

EVERY = pytest.mark.parametrize("service", list(Service))


@EVERY
def test_migrations_are_numbered_without_gaps_and_follow_one_another(service):
    folder = SERVICES / service.value / "migrations" / "versions"
    names = sorted(path.name for path in folder.glob("*.py") if path.name != "__init__.py")
    assert names
    for number, name in enumerate(names, start=1):
        assert re.fullmatch(rf"{number:04d}_[a-z0-9_]+\.py", name), name
    revisions = list(ScriptDirectory.from_config(migration_config(service)).walk_revisions())
    assert [each.revision for each in reversed(revisions)] == [name[:4] for name in names]
    assert [each.down_revision for each in revisions] == [
        *(each.revision for each in revisions[1:]),
        None,
    ]


def drift(servers, service, metadata):
    async def compare():
        url = servers.postgres.set(database=TEMPLATE, drivername="postgresql+asyncpg")
        engine = create_async_engine(url)
        try:
            async with engine.connect() as connection:
                return await connection.run_sync(schema_drift, service, metadata)
        finally:
            await engine.dispose()

    return compare()


@EVERY
async def test_migrated_tables_are_the_tables_of_the_code(servers, service):
    main = import_module(f"services.{service}.main")
    settings = settings_of(service)(_env_file=None, secrets=servers.secrets)
    metadata = create_with(main, settings).metadata

    assert await drift(servers, service.value, metadata) == []


async def test_the_guard_sees_a_column_that_no_migration_makes(servers):
    metadata = MetaData(schema="profiles")
    Table("outbox", metadata, Column("id", Integer), Column("of_the_future", Integer))

    found = repr(await drift(servers, "profiles", metadata))

    assert "add_column" in found
    assert "of_the_future" in found
    assert "remove_column" in found
    assert "remove_table" in found
