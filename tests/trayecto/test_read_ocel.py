import json
import sqlite3

import pytest
from tests.trayecto.event_files import balanced, needs, read, read_text, rows, told, utc

from trayecto.errors import UnreadableFile

LOG = {
    "eventTypes": [{"name": "pay", "attributes": [{"name": "amount", "type": "integer"}]}],
    "objectTypes": [{"name": "order", "attributes": [{"name": "price", "type": "float"}]}],
    "events": [
        {
            "id": "e1",
            "type": "place",
            "time": "2024-05-01T10:00:00Z",
            "relationships": [
                {"objectId": "o1", "qualifier": "places"},
                {"objectId": "c1", "qualifier": "by"},
            ],
        },
        {
            "id": "e2",
            "type": "pay",
            "time": "2024-05-02T10:00:00Z",
            "attributes": [{"name": "amount", "value": "30"}],
            "relationships": [{"objectId": "o1", "qualifier": ""}],
        },
    ],
    "objects": [
        {
            "id": "o1",
            "type": "order",
            "attributes": [
                {"name": "price", "time": "2024-05-03T00:00:00Z", "value": 25.5},
                {"name": "price", "time": "1970-01-01T00:00:00Z", "value": 30},
            ],
            "relationships": [{"objectId": "c1", "qualifier": "of"}],
        },
        {"id": "c1", "type": "customer"},
    ],
}


def changed(**parts):
    return json.dumps(LOG | parts)


def related(events):
    return rows_of(events.relations)


def rows_of(table):
    return [tuple(row.values()) for row in table.to_pylist()]


def test_event_types_are_steps_and_relations_point_at_rows():
    events = read_text(json.dumps(LOG), "ocel")
    assert rows(events, "step", "at") == [("place", utc(2024, 5, 1, 10)), ("pay", utc(2024, 5, 2, 10))]
    assert related(events) == [
        (0, "o1", "order", "places"),
        (0, "c1", "customer", "by"),
        (1, "o1", "order", ""),
    ]


def test_there_is_no_journey_until_an_object_type_is_chosen():
    assert "journey" not in read_text(json.dumps(LOG), "ocel").table.column_names


def test_event_attributes_have_their_declared_type():
    assert read_text(json.dumps(LOG), "ocel").table.column("amount").to_pylist() == [None, 30]


def test_objects_carry_the_latest_value_of_each_attribute():
    assert rows_of(read_text(json.dumps(LOG), "ocel").objects) == [
        ("o1", "order", 25.5),
        ("c1", "customer", None),
    ]


def test_relations_of_a_rejected_event_go_with_it_and_the_others_are_renumbered():
    first = LOG["events"][0] | {"time": "soon"}
    events = read_text(changed(events=[first, LOG["events"][1]]), "ocel")
    assert told(events.report) == [("event e1", "ocel:timestamp", "this is not a time that is understood")]
    assert related(events) == [(0, "o1", "order", "")]
    assert "2 relations went with the events" in events.report.warnings[0]


def test_a_repeated_event_id_is_a_duplicate():
    events = read_text(changed(events=[LOG["events"][0], LOG["events"][1] | {"id": "e1"}]), "ocel")
    assert (len(events), events.report.duplicates) == (1, 1)
    assert balanced(events)


def test_relations_to_what_is_not_there_are_told():
    event = LOG["events"][0] | {"relationships": [{"objectId": "ghost", "qualifier": "x"}]}
    events = read_text(changed(events=[event]), "ocel")
    assert related(events) == [(0, "ghost", None, "x")]
    assert "1 relations name objects that the file does not have (first 'ghost')" in events.report.warnings[0]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (json.dumps(LOG)[:-9], "is not JSON, or is cut short"),
        ("hello", "is not an OCEL 2.0 log: it is neither JSON, XML nor an SQLite database"),
        (json.dumps({"events": []}), "is not an OCEL 2.0 log: it has no list 'objects'"),
        (json.dumps({"ocel:events": {}}), "it is OCEL 1.0; convert it first"),
        ("[1]", "it is not one JSON object"),
        ("<log><events/></log>", "is not an OCEL 2.0 log: it has no <objects>"),
        ("<html/>", "its root is <html>"),
        ("<log><events><event", "is not well-formed XML, or is cut short: line 1"),
        ("SQLite format 3\0 and nothing more", "cannot be read as an SQLite database"),
    ],
)
def test_a_bad_file_fails_with_a_sentence(content, sentence):
    with pytest.raises(UnreadableFile, match=sentence):
        read_text(content, "ocel")


def test_a_database_without_a_table_of_ocel_names_the_table(tmp_path):
    with sqlite3.connect(tmp_path / "log.sqlite") as database:
        database.execute("CREATE TABLE event (ocel_id TEXT, ocel_type TEXT)")
    with pytest.raises(UnreadableFile, match=r"log.sqlite is not an OCEL 2.0 log: it has no table 'object'"):
        read(tmp_path / "log.sqlite")


def database_of(path, *statements):
    with sqlite3.connect(path) as database:
        for kind in ("event", "object"):
            database.execute(f"CREATE TABLE {kind} (ocel_id TEXT, ocel_type TEXT)")
            database.execute(f"CREATE TABLE {kind}_map_type (ocel_type TEXT, ocel_type_map TEXT)")
        database.execute(
            "CREATE TABLE event_object (ocel_event_id TEXT, ocel_object_id TEXT, ocel_qualifier TEXT)"
        )
        for statement in statements:
            database.execute(statement)
    database.close()
    return path


def test_changes_of_an_object_in_a_database_override_its_first_values(tmp_path):
    path = database_of(
        tmp_path / "log.sqlite",
        "INSERT INTO object VALUES ('o1', 'order')",
        "INSERT INTO object_map_type VALUES ('order', 'Order')",
        "CREATE TABLE object_Order (ocel_id TEXT, ocel_time TIMESTAMP, ocel_changed_field TEXT, price REAL, city TEXT)",
        "INSERT INTO object_Order VALUES ('o1', '2024-05-02 00:00:00', 'price', 25, 'not this')",
        "INSERT INTO object_Order VALUES ('o1', '1970-01-01 00:00:00', NULL, 30, 'Lima')",
    )
    assert rows_of(read(path).objects) == [("o1", "order", 25.0, "Lima")]


def test_events_that_only_one_of_the_two_tables_knows_are_rejected(tmp_path):
    path = database_of(
        tmp_path / "log.sqlite",
        "INSERT INTO event VALUES ('e1', 'pay')",
        "INSERT INTO event_map_type VALUES ('pay', 'Pay')",
        "CREATE TABLE event_Pay (ocel_id TEXT, ocel_time TIMESTAMP)",
        "INSERT INTO event_Pay VALUES ('e2', '2024-05-02 00:00:00')",
    )
    events = read(path)
    assert sorted(row for row, _column, _reason in told(events.report)) == ["event e1", "event e2"]
    assert balanced(events)


def content(events):
    """Everything an OCEL log says, in an order that does not depend on the kind of file."""
    ids = events.table.column("ocel:id").to_pylist()
    links = sorted((ids[row], *rest) for row, *rest in related(events))
    return by_id(events.table, "ocel:id"), by_id(events.objects, "object"), links


def by_id(table, key):
    return {row[key]: row for row in table.to_pylist()}


@pytest.mark.real_data
@pytest.mark.parametrize("other", ["xmlocel", "sqlite"])
def test_the_example_log_says_the_same_in_each_of_its_three_files(other):
    """The XML and the database hold local times of central Europe without saying so."""
    first = read(needs("ocel/ocel20_example.jsonocel"))
    second = read(needs(f"ocel/ocel20_example.{other}"), tz="Europe/Berlin")
    assert content(second) == content(first)
    assert (len(first), first.relations.num_rows, first.objects.num_rows) == (13, 20, 9)


@pytest.mark.real_data
def test_the_logistics_log_keeps_every_event_and_relation():
    path = needs("ocel/logistics.sqlite")
    events = read(path)
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
        counted = [
            database.execute(f"SELECT count(*) FROM {t}").fetchone()[0]
            for t in ("event", "event_object", "object")
        ]
    assert [len(events), events.relations.num_rows, events.objects.num_rows] == counted
    assert events.report.rejected == 0
