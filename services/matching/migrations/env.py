"""Alembic runs this: migrate the schema `matching`."""

from services.matching.store.replaced import ReplacedAskRow
from shared.persistence.migrating import run_migrations

# Its module imports that of all other tables: with theirs alone this one would seem to be dropped.
run_migrations("matching", ReplacedAskRow.metadata)
