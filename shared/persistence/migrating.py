"""What every service's `migrations/env.py` runs: its own schema, its own version table."""

from alembic import context
from sqlalchemy import MetaData, text

from shared.persistence.provisioning import VERSION_TABLE


def run_migrations(service: str, metadata: MetaData) -> None:
    """Migrate on the connection that the provisioner opened, inside its transaction."""
    connection = context.config.attributes["connection"]
    # A migration must never queue behind a long transaction and block everybody after it.
    connection.execute(text("SET LOCAL lock_timeout = '5s'"))

    def only_ours(name: str | None, kind: str, _parents: object) -> bool:
        return name == service if kind == "schema" else True

    context.configure(
        connection=connection,
        target_metadata=metadata,
        include_schemas=True,
        include_name=only_ours,
        version_table=VERSION_TABLE,
        version_table_schema=service,
    )
    with context.begin_transaction():
        context.run_migrations()
