"""Brings the database to what the services need: database, roles, schemas, migrations.

Every service has a role of its own with rights on its own schema and on no other; tables belong
to the provisioning role, so that a service can neither alter nor drop them.
"""

from collections.abc import Sequence
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, text
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from shared.persistence.database import role_of

VERSION_TABLE = "alembic_version"


async def provision_database(
    url: URL, services: Sequence[str], secrets: Path, *, apply: bool
) -> list[str]:
    """Make what is missing and migrate; returns what was, or would be, done."""
    changes: list[str] = []
    engine = create_async_engine(
        url.set(drivername="postgresql+asyncpg"),
        hide_parameters=True,
        isolation_level="AUTOCOMMIT",
    )
    try:
        async with engine.connect() as connection:
            for service in services:
                changes += await _provision_role(connection, service, secrets, apply=apply)
        for service in services:
            async with engine.connect() as connection:
                transactional = await connection.execution_options(
                    isolation_level="READ COMMITTED"
                )
                async with transactional.begin():
                    changes += await transactional.run_sync(_migrate, service, apply)
    finally:
        await engine.dispose()
    return changes


async def _provision_role(
    connection: AsyncConnection, service: str, secrets: Path, *, apply: bool
) -> list[str]:
    role = role_of(service)
    known = await connection.scalar(
        text("SELECT 1 FROM pg_roles WHERE rolname = :role"), {"role": role}
    )
    schema = await connection.scalar(
        text("SELECT 1 FROM pg_namespace WHERE nspname = :schema"), {"schema": service}
    )
    changes = [] if known else [f"add role {role}"]
    changes += [] if schema else [f"add schema {service}"]
    if not apply:
        return changes
    password = (secrets / f"{service}.password").read_text().strip()
    if not password.replace("-", "").replace("_", "").isalnum():
        raise ValueError(f"{service}.password holds characters that a role password must not")
    # Utility statements take no parameters; names are ours and the password was checked above.
    verb = "ALTER" if known else "CREATE"
    defaults = f"ALTER DEFAULT PRIVILEGES IN SCHEMA {service}"
    for statement in (
        f"{verb} ROLE {role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD '{password}'",
        f"CREATE SCHEMA IF NOT EXISTS {service}",
        "REVOKE ALL ON SCHEMA public FROM PUBLIC",
        f"GRANT USAGE ON SCHEMA {service} TO {role}",
        f"ALTER ROLE {role} SET search_path = {service}",
        f"{defaults} GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {role}",
        f"{defaults} GRANT USAGE ON SEQUENCES TO {role}",
    ):
        await connection.execute(text(statement))
    return changes


def migration_config(service: str) -> Config:
    """Alembic's configuration of one service; its scripts lie in `services/<name>/migrations`."""
    config = Config()
    config.set_main_option("script_location", str(_scripts(service)))
    config.set_main_option("version_locations", str(_scripts(service) / "versions"))
    config.set_main_option("path_separator", "os")
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    return config


def make_revision(connection: Connection, service: str, message: str) -> None:
    """Write the next numbered migration of a service from what its tables now say."""
    folder = _scripts(service) / "versions"
    folder.mkdir(parents=True, exist_ok=True)
    number = f"{len(list(folder.glob('[0-9]*.py'))) + 1:04d}"
    template = _scripts(service) / "script.py.mako"
    template.write_text((Path(__file__).parent / "script.py.mako").read_text())
    try:
        config = migration_config(service)
        config.attributes["connection"] = connection
        command.revision(config, message, autogenerate=True, rev_id=number)
    finally:
        template.unlink()


def _scripts(service: str) -> Path:
    return Path(__file__).parents[2] / "services" / service / "migrations"


def _migrate(connection: Connection, service: str, apply: bool) -> list[str]:  # noqa: FBT001
    if not _scripts(service).exists():
        return []
    config = migration_config(service)
    head = ScriptDirectory.from_config(config).get_current_head()
    context = MigrationContext.configure(
        connection, opts={"version_table_schema": service, "version_table": VERSION_TABLE}
    )
    current = context.get_current_revision()
    if current == head:
        return []
    if apply:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    return [f"migrate {service} from {current or 'nothing'} to {head}"]


def schema_drift(connection: Connection, service: str, metadata: MetaData) -> list[object]:
    """What the migrated schema and the code's tables disagree about: nothing, or a defect."""

    def only_ours(name: str | None, kind: str, _parents: object) -> bool:
        return name == service if kind == "schema" else name != VERSION_TABLE

    context = MigrationContext.configure(
        connection,
        opts={
            "include_schemas": True,
            "include_name": only_ours,
            "version_table_schema": service,
            "compare_server_default": False,
        },
    )
    return list(compare_metadata(context, metadata))
