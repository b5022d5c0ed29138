"""Alembic runs this: migrate the schema `reporting`."""

from services.reporting.store.tables import Row
from shared.persistence.migrating import run_migrations

run_migrations("reporting", Row.metadata)
