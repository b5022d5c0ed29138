"""The catalogue: subjects, readers and handlers, and that events tell nothing about a person."""

import re
import types
from datetime import date, datetime
from enum import Enum
from importlib import import_module
from typing import Annotated, Union, get_args, get_origin
from uuid import UUID

import pytest
from pydantic import AwareDatetime, BaseModel, Field

from infra.services import create_with, settings_of
from shared.contracts.catalogue import CATALOGUE
from shared.contracts.messages import CLI, Command, Event, Private, Query, Service, Starts
from shared.contracts.values import Code
from shared.messaging.secrets import make_secrets
from shared.messaging.topology import USERS, durables

CONTRACTS = sorted(CATALOGUE.values(), key=lambda contract: contract.subject)
EVENTS = [contract for contract in CONTRACTS if issubclass(contract, Event)]
ASKED = [contract for contract in CONTRACTS if not issubclass(contract, Event)]
SERVICES = [service.value for service in Service]


def named(contracts):
    return pytest.mark.parametrize("contract", contracts, ids=lambda contract: contract.subject)


@named(CONTRACTS)
def test_a_subject_follows_from_the_class_and_its_module(contract):
    kind, owner, name, version = contract.subject.split(".")
    kinds = {"event": Event, "command": Command, "query": Query, "private": Private}
    assert issubclass(contract, kinds[kind])
    assert contract.__module__.split(".")[:3] == ["shared", "contracts", owner]
    assert contract.owner == owner
    words = "".join(word.title() for word in name.split("_"))
    assert contract.__name__ in {words, f"{words}{version.upper()}"}
    assert version == f"v{contract.message_version}"


@named(CONTRACTS)
def test_a_message_says_what_it_means(contract):
    assert (contract.__dict__.get("__doc__") or "").strip()


@named(EVENTS)
def test_an_event_is_read_by_somebody_but_its_owner(contract):
    assert contract.readers
    assert set(contract.readers) <= set(Service) - {contract.owner}
    assert set(contract.readers.values()) <= set(Starts)


@named(EVENTS)
def test_an_event_is_about_one_of_its_own_ids(contract):
    assert contract.model_fields[contract.subject_field].annotation is UUID


@named(ASKED)
def test_what_is_asked_has_known_senders_and_one_reply(contract):
    assert contract.senders
    assert len(set(contract.senders)) == len(contract.senders)
    assert set(contract.senders) <= set(USERS)
    assert contract.owner not in contract.senders
    assert issubclass(contract.reply_type(), BaseModel)


def test_the_command_line_is_a_user_of_the_broker_and_no_service():
    assert set(USERS) == {*SERVICES, CLI}


@pytest.fixture(scope="module")
def secrets(tmp_path_factory):
    folder = tmp_path_factory.mktemp("secrets") / "secrets"
    make_secrets(folder)
    return folder


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_handles_all_that_the_catalogue_asks_of_it_and_no_more(service, secrets):
    app = create_with(
        import_module(f"services.{service}.main"),
        settings_of(service)(_env_file=None, secrets=secrets),
    )
    assert app.service == service
    assert set(app.seam.durables) == {
        each.name for each in durables() if each.reader == service
    }
    assert set(app.seam.answered) == {
        each.subject
        for each in ASKED
        if each.owner == service and issubclass(each, (Query, Private))
    }


def test_every_command_has_exactly_one_consumer():
    handled = [each.contract for each in durables() if each.stream == "COMMANDS"]
    assert sorted(each.subject for each in handled) == [
        each.subject for each in CONTRACTS if issubclass(each, Command)
    ]


PERSONAL = re.compile(
    r"(^|_)(name|first|last|surname|display|email|mail|address|phone|street|city|birth\w*|age|"
    r"postcode|title|text|texts|words|word|message|description|comment|comments|note|notes|"
    r"subject|body|locale|gender|nationality|country|health|religion|password|token|url|link|ip)"
    r"($|_)"
)
HARMLESS = {("Need", "wished_gender")}
"""What a request asks for, not what somebody is."""
CODES = {
    ("LanguageAsked", "tag"),  # BCP 47, checked by `requests`
    ("LanguageAsked", "level"),  # CEFR, checked by `requests`
}
PLAIN = (UUID, Enum, bool, int, float, datetime, date)


def fields_of(model, seen=()):
    """Every field that an event carries, of nested values too: (class, name, annotation, limits)."""
    for name, field in model.model_fields.items():
        yield model, name, field.annotation, field.metadata
        for nested in nested_in(field.annotation):
            if nested not in seen:
                yield from fields_of(nested, (*seen, nested))


def nested_in(annotation):
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return {annotation}
    return set().union(*(nested_in(each) for each in get_args(annotation)))


def is_code(annotation, limits, where):
    """Whether a field can hold only ids, codes, numbers and times."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return is_code(arguments[0], [*limits, *arguments[1:]], where)
    if origin in {Union, types.UnionType, tuple, dict}:
        return all(
            is_code(each, limits, where)
            for each in arguments
            if each not in {type(None), Ellipsis}
        )
    if annotation is str:
        patterns = [each for each in limits if "pattern" in repr(each)]
        return bool(patterns) or where in CODES
    if annotation is AwareDatetime:
        return True
    return isinstance(annotation, type) and issubclass(annotation, (*PLAIN, BaseModel))


def sounds_personal(name, annotation):
    """Whether a name promises something about a person; an id of a mail is only an id."""
    is_id = name.endswith("_id") and UUID in (annotation, *get_args(annotation))
    return bool(PERSONAL.search(name)) and not is_id


@named(EVENTS)
def test_an_event_carries_ids_codes_numbers_and_times_only(contract):
    for model, name, annotation, limits in fields_of(contract):
        where = (model.__name__, name)
        assert where in HARMLESS or not sounds_personal(name, annotation), where
        assert is_code(annotation, limits, where), f"{where} can hold free text"


def test_the_guard_sees_free_text_and_personal_names():
    class Nested(BaseModel):
        remark: str = ""
        by_name: dict[str, int] = Field(default_factory=dict)

    class Telling(BaseModel):
        contact_email: Code
        nested: tuple[Nested, ...] = ()

    codes = {name: is_code(*rest, (model, name)) for model, name, *rest in fields_of(Telling)}
    assert codes == {"contact_email": True, "nested": True, "remark": False, "by_name": False}
    assert sounds_personal("contact_email", str)
    assert sounds_personal("first_name", str)
    assert not sounds_personal("email_id", UUID)
    assert not sounds_personal("municipality_code", str)
