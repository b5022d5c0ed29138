"""Every column that can hold something about a person says why it is there and for how long."""

from importlib import import_module

import pytest
from sqlalchemy import Column, Date, DateTime, Integer, MetaData, String, Table, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from infra.dev.cards import SERVICES
from infra.services import create_with, settings_of
from shared.contracts.messages import Service
from shared.messaging.secrets import make_secrets
from shared.persistence.personal import (
    NOT_PERSONAL,
    Personal,
    can_hold_personal_data,
    declared,
    personal,
    undeclared,
)


@pytest.fixture(scope="session")
def metadata_of(tmp_path_factory):
    """Each service's tables, as its composition root brings them together."""
    secrets = tmp_path_factory.mktemp("secrets") / "secrets"
    make_secrets(secrets)

    def find(service):
        main = import_module(f"services.{service}.main")
        settings = settings_of(service)(_env_file=None, secrets=secrets)
        return create_with(main, settings).metadata

    return find


def test_every_folder_of_services_is_a_service():
    folders = {path.name for path in SERVICES.iterdir() if (path / "__init__.py").exists()}
    assert folders == {service.value for service in Service}


@pytest.mark.parametrize("service", list(Service))
def test_every_column_that_can_hold_personal_data_declares_it(service, metadata_of):
    tables = metadata_of(service).sorted_tables
    assert tables
    assert [column for table in tables for column in undeclared(table)] == []


@pytest.mark.parametrize("service", list(Service))
def test_a_declaration_says_why_and_counts_from_a_time_of_its_row(service, metadata_of):
    for table in metadata_of(service).sorted_tables:
        for name, declaration in declared(table).items():
            where = f"{table.fullname}.{name}"
            assert isinstance(declaration, Personal), where
            assert declaration.purpose.endswith("."), where
            assert (declaration.keep is None) == (declaration.counted_from is None), where
            if declaration.counted_from is not None:
                counted = table.columns[declaration.counted_from]
                assert isinstance(counted.type, (Date, DateTime)), where


@pytest.mark.parametrize("service", list(Service))
def test_every_table_lives_in_the_schema_of_its_service(service, metadata_of):
    for table in metadata_of(service).sorted_tables:
        assert table.schema == service


@pytest.mark.parametrize(
    "column",
    [
        Column("remark", String(80)),
        Column("profile", JSONB),
        Column("born", Date),
        Column("tags", ARRAY(String)),
        Column("volunteer_id", Uuid),
    ],
    ids=lambda column: column.name,
)
def test_the_guard_sees_a_column_that_says_nothing(column):
    table = Table("people", MetaData(), Column("id", Integer), column)

    assert can_hold_personal_data(column)
    assert undeclared(table) == [f"people.{column.name}"]


def test_the_guard_accepts_both_answers():
    table = Table(
        "people",
        MetaData(),
        Column("code", String(9), info=NOT_PERSONAL),
        Column("remark", String(80), info=personal("To know.")),
    )
    assert undeclared(table) == []
    assert set(declared(table)) == {"remark"}
