"""Alembic runs this: migrate the schema `notifications`."""

from services.notifications.store.tables import Row
from shared.persistence.migrating import run_migrations

run_migrations("notifications", Row.metadata)
