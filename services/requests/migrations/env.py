"""Alembic runs this: migrate the schema `requests`."""

from services.requests.store import Row
from shared.persistence.migrating import run_migrations

run_migrations("requests", Row.metadata)
