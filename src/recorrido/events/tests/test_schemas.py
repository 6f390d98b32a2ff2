from __future__ import annotations

import json

import pytest

from recorrido.company.models import AuditEntry
from recorrido.events import schemas_in_force
from recorrido.events.actions import (
    add_schema,
    ensure_source,
    import_schemas,
    put_in_force,
    record_from_sources,
    record_many,
    replay_quarantined,
    take_out_of_force,
)
from recorrido.events.errors import BadSchema
from recorrido.events.models import Event, EventSchema, EventType, Quarantine
from recorrido.events.proposing import propose_schema
from recorrido.events.queries import schemas_as_json, schemas_of
from recorrido.events.tests.making import event, figures, record

pytestmark = pytest.mark.django_db

AMOUNT = '{"type": "object", "properties": {"amount": {"type": "number"}}, "required": ["amount"]}'


@pytest.fixture(autouse=True)
def _a_process_of_its_own():
    """What a test put in force is gone with its transaction; this process must not remember it."""
    schemas_in_force.look_again()
    yield
    schemas_in_force.look_again()


def in_force(text=AMOUNT, policy="refuse", type_name="order.placed"):
    schema = add_schema(actor=None, type_name=type_name, text=text, policy=policy)
    put_in_force(actor=None, schema=schema, policy=policy)
    schemas_in_force.look_again()
    return schema


def test_an_event_that_its_schema_refuses_goes_to_quarantine_with_path_and_reason():
    in_force()
    report = record(event("good", properties={"amount": 7}), event("bad", properties={"amount": "7"}))
    assert figures(report) == (1, 0, 1)
    row = Quarantine.objects.get()
    assert (row.code, row.detail) == (
        "schema_violation",
        'Not as version 1 of the schema of order.placed says: /amount: "7" is not of type "number"',
    )


def test_a_schema_that_notes_records_the_event_with_what_is_wrong():
    in_force(policy="note")
    assert figures(record(event(properties={"amount": "7", "more": 1}))) == (1, 0, 0)
    said = Event.objects.get().properties
    assert said == {"amount": "7", "more": 1, "$schema_violations": ['/amount: "7" is not of type "number"']}


def test_unknown_fields_are_kept():
    in_force()
    record(event(properties={"amount": 7, "colour": {"of": ["the", "door"]}}))
    assert Event.objects.get().properties["colour"] == {"of": ["the", "door"]}


def test_what_the_door_writes_beside_an_event_is_no_violation():
    in_force('{"additionalProperties": false}')
    assert figures(record(event(identifiers=(("email", "no mail"),)))) == (1, 0, 0)


def test_other_types_are_not_checked():
    in_force()
    assert figures(record(event(type_="order.paid"))) == (1, 0, 0)


@pytest.mark.parametrize("way", ["group", "stream", "sources", "replay"])
def test_every_way_in_is_checked(way):
    bad = event(properties={})
    if way == "replay":
        record(event(properties={}, channel="fax"))
    in_force()
    if way == "group":
        record(bad)
    elif way == "stream":
        record_many(source=ensure_source(name="shop"), events=[bad])
    elif way == "sources":
        record_from_sources(events=[("shop", bad)])
    else:
        Quarantine.objects.update(payload=Quarantine.objects.get().payload.replace('"fax"', "null"))
        replay_quarantined(actor=None, rows=Quarantine.objects.all())
    assert (Quarantine.objects.get().code, Event.objects.count()) == ("schema_violation", 0)


def test_a_newer_version_takes_the_place_of_the_older_and_both_are_kept(admin):
    in_force()
    second = add_schema(actor=admin, type_name="order.placed", text="{}", policy="note")
    put_in_force(actor=admin, schema=second, policy="note")
    schemas_in_force.look_again()
    assert figures(record(event())) == (1, 0, 0)
    assert [(one.version, one.in_force) for one in schemas_of(second.type)] == [(2, True), (1, False)]
    told = AuditEntry.objects.filter(action="schema.put_in_force", actor=admin).get().detail
    assert (told["from"]["version"], told["to"]["version"]) == (1, 2)


def test_an_older_version_can_come_back():
    first = in_force()
    in_force("{}", policy="note")
    put_in_force(actor=None, schema=first, policy="note")
    schemas_in_force.look_again()
    record(event())
    assert "$schema_violations" in Event.objects.get().properties


def test_a_schema_out_of_force_checks_nothing():
    schema = in_force()
    take_out_of_force(actor=None, schema=schema)
    schemas_in_force.look_again()
    assert figures(record(event())) == (1, 0, 0)


def test_a_word_that_is_read_as_another_is_held_to_its_schema():
    schema = in_force()
    EventType.objects.create(name="Order Placed", maps_to=schema.type)
    in_force("{}", type_name="another")  # anything that changes the book
    assert figures(record(event(type_="Order Placed"))) == (0, 0, 1)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "no JSON"),
        ("[]", "in braces"),
        ('{"type": "strange"}', "no JSON Schema"),
        ('{"$ref": "file:///etc/hostname"}', "into itself only"),
        ('{"$ref": "http://127.0.0.1:9/a"}', "into itself only"),
        ('{"pattern": "(?=a)b"}', "no JSON Schema"),
        (json.dumps({"description": "x" * 70_000}), "at most 65536"),
    ],
)
def test_a_text_that_is_no_schema_is_refused_with_a_sentence(text, said):
    with pytest.raises(BadSchema, match=said):
        add_schema(actor=None, type_name="a", text=text, policy="note")
    assert EventSchema.objects.count() == 0


def test_a_pattern_that_would_take_for_ever_takes_no_time():
    in_force('{"properties": {"a": {"pattern": "^(a+)+$"}}}')
    assert figures(record(event(properties={"a": "a" * 5_000 + "!"}))) == (0, 0, 1)


def test_schemas_travel_as_a_file_and_come_into_force_by_hand_only():
    in_force()
    exported = schemas_as_json()
    assert import_schemas(actor=None, text=exported) == import_schemas(actor=None, text=exported)
    EventSchema.objects.all().delete()
    brought = import_schemas(actor=None, text=exported)
    assert (brought.added, brought.known, EventSchema.objects.get().in_force) == (1, 0, False)


@pytest.mark.parametrize(
    ("text", "said"),
    [("{}", "no list of schemas"), ('{"schemas": [{"type": "a", "schema": {}}, {"type": "b"}]}', "Entry 2")],
)
def test_a_file_that_is_no_list_of_schemas_changes_nothing(text, said):
    with pytest.raises(BadSchema, match=said):
        import_schemas(actor=None, text=text)
    assert EventSchema.objects.count() == 0


def test_a_proposed_schema_allows_what_it_was_proposed_from():
    samples = [
        {"amount": n, "paid": n % 2 == 0, "carrier": ["andes", "lince"][n % 2], "at": "2026-03-01T12:00:00Z"}
        | {"items": [{"sku": f"S{n}", "price": n + 0.5}], "note": None if n else "gift", "more": {"x": [n]}}
        for n in range(40)
    ]
    samples.append({"amount": 1.5})
    proposed = propose_schema(samples)
    in_force(json.dumps(proposed))
    assert record(*(event(f"m{n}", properties=one) for n, one in enumerate(samples))).recorded == 41
    assert (proposed["required"], proposed["properties"]["amount"]) == (["amount"], {"type": "number"})
    assert proposed["properties"]["carrier"]["enum"] == ["andes", "lince"]
    assert proposed["properties"]["at"] == {"type": "string", "format": "date-time"}


def test_nothing_is_proposed_from_nothing():
    assert propose_schema([])["type"] == "object"
