"""Alembic runs this: migrate the schema `profiles`."""

from services.profiles.store import Row
from shared.persistence.migrating import run_migrations

run_migrations("profiles", Row.metadata)
