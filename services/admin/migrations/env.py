"""Alembic runs this: migrate the schema `admin`."""

from services.admin.store.tables import Row
from shared.persistence.migrating import run_migrations

run_migrations("admin", Row.metadata)
