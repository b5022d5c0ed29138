"""The AsyncAPI document: made from the catalogue, committed, and whole."""

import json

import pytest
from faststream.specification.asyncapi.v3_0_0.schema import ApplicationSchema
from jsonschema import Draft202012Validator

from infra.dev.asyncapi import FILE, text
from infra.dev.samples import FOLDER, reply_of, wire_messages
from shared.contracts.catalogue import CATALOGUE
from shared.contracts.messages import CLI, Event, Service
from shared.messaging.topology import durables

DOCUMENT = json.loads(FILE.read_text())


def test_the_committed_document_is_what_the_catalogue_gives():
    assert FILE.read_text() == text(), "run `python -m infra.dev.asyncapi` and look at the diff"


def test_it_is_asyncapi_3():
    read = ApplicationSchema.model_validate(DOCUMENT)

    assert read.asyncapi == "3.0.0"
    assert set(read.channels) == set(DOCUMENT["channels"])
    assert set(read.operations) == set(DOCUMENT["operations"])


def references(node):
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for each in node.values():
            yield from references(each)
    elif isinstance(node, list):
        for each in node:
            yield from references(each)


def resolve(reference):
    node = DOCUMENT
    for step in reference.removeprefix("#/").split("/"):
        node = node[step.replace("~1", "/").replace("~0", "~")]
    return node


def test_every_reference_leads_somewhere():
    found = set(references(DOCUMENT))
    assert len(found) > len(CATALOGUE)
    for reference in found:
        assert resolve(reference), reference


def test_every_subject_is_a_channel_and_every_durable_an_operation():
    addresses = {channel["address"] for channel in DOCUMENT["channels"].values()}
    assert addresses == {*CATALOGUE, None}
    operations = DOCUMENT["operations"].values()
    assert {each["x-durable"] for each in operations if "x-durable" in each} == {
        durable.name for durable in durables()
    }


def test_an_operation_speaks_on_a_channel_of_its_message():
    for name, operation in DOCUMENT["operations"].items():
        assert operation["action"] in {"send", "receive"}
        assert name.split("_")[0] in {*(service.value for service in Service), CLI}
        for message in operation["messages"]:
            assert message["$ref"].startswith(f"{operation['channel']['$ref']}/messages/")


def test_what_is_asked_is_received_once_and_names_its_reply():
    for subject, contract in CATALOGUE.items():
        on_channel = [
            operation
            for operation in DOCUMENT["operations"].values()
            if operation["channel"]["$ref"] == f"#/channels/{subject}"
        ]
        receiving = [each for each in on_channel if each["action"] == "receive"]
        if issubclass(contract, Event):
            assert len(receiving) == len(contract.readers)
            continue
        assert len(receiving) == 1
        assert len(on_channel) == 1 + len(contract.senders)
        for operation in on_channel:
            names = {each["$ref"].rsplit("/", 1)[-1] for each in operation["reply"]["messages"]}
            assert names == {reply_of(contract).__name__, "Refused"}


def test_every_schema_is_json_schema():
    for schema in DOCUMENT["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize(
    ("name", "model"), list(wire_messages()), ids=[name for name, _ in wire_messages()]
)
def test_a_golden_sample_is_valid_by_the_document_alone(name, model):
    reference = {"$ref": f"#/components/schemas/{model.__name__}"}
    validator = Draft202012Validator(reference | {"components": DOCUMENT["components"]})
    sample = json.loads((FOLDER / f"{name}.json").read_text())

    assert list(validator.iter_errors(sample)) == []
    assert sample == {} or not validator.is_valid({key: [[]] for key in sample})
