"""Alembic runs this: migrate the schema `network`."""

from services.network.store import Row
from shared.persistence.migrating import run_migrations

run_migrations("network", Row.metadata)
