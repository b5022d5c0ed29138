"""Alembic runs this: migrate the schema `portal`."""

from services.portal.store import Row
from shared.persistence.migrating import run_migrations

run_migrations("portal", Row.metadata)
