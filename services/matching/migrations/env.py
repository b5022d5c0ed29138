"""Alembic runs this: migrate the schema `matching`."""

from services.matching.store.tables import Row
from shared.persistence.migrating import run_migrations

run_migrations("matching", Row.metadata)
