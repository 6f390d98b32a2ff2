from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.utils import translation

from recorrido.connectors.files.actions import import_files
from recorrido.connectors.files.errors import FileUnreadable, StrictStop
from recorrido.connectors.files.parse import find_mapping
from recorrido.events.models import Event
from recorrido.events.queries import timeline_of_person
from recorrido.people.queries import attributes_of, leaves_of, person_of

pytestmark = pytest.mark.django_db

LINE = (
    '{"message_id":"m1","type":"order.placed","at":"2026-03-01T12:00:00Z","channel":"web","source":"shop",'
    '"identifiers":{"customer":"C1","email":["a@x.cl","b@x.cl"]},"objects":{"order":7},'
    '"properties":{"amount":1},"attributes":{"city":"Talca"}}\n'
)


def load(path, text, **options):
    path.write_text(text, encoding="utf-8")
    rejects = path.parent / "rejects.csv"
    return import_files(
        actor=None, mapping=find_mapping("events"), files=[path], rejects_file=rejects, **options
    )


def test_a_json_line_is_an_event(tmp_path):
    load(tmp_path / "e.jsonl", LINE)
    person = person_of("email", "b@x.cl")
    (event,) = timeline_of_person(person)
    assert (event.type, event.channel, event.source) == ("order.placed", "web", "shop")
    assert (event.at, event.objects[0].external_id) == (datetime(2026, 3, 1, 12, tzinfo=UTC), "7")
    assert (len(leaves_of(person)), attributes_of([person])) == (3, {person: {"city": "Talca"}})


def test_pairs_serve_as_well_as_names(tmp_path):
    load(tmp_path / "e.jsonl", LINE.replace('{"order":7}', '[["order","7"],["store","S1"]]'))
    assert len(Event.objects.get().object_ids) == 2


def test_importing_twice_changes_nothing(tmp_path):
    load(tmp_path / "e.jsonl", LINE)
    summary = load(tmp_path / "e.jsonl", LINE)
    assert (summary.recorded, summary.duplicates, Event.objects.count()) == (0, 1, 1)


def test_lines_nobody_can_read_are_rejected_with_their_number(tmp_path):
    summary = load(
        tmp_path / "e.jsonl", LINE + "not json\n\n" + LINE.replace("m1", "m2").replace("2026-03-01T", "soon")
    )
    assert (summary.recorded, summary.rejected) == (1, 2)
    lines = (tmp_path / "rejects.csv").read_text().splitlines()
    assert [line.split(",")[3] for line in lines[1:]] == ["2", "4"]


def test_what_lacks_an_id_goes_to_quarantine(tmp_path):
    summary = load(tmp_path / "e.jsonl", LINE.replace('"message_id":"m1",', ""))
    assert (summary.recorded, summary.quarantined) == (0, 1)


def test_strict_stops_at_the_first_bad_line(tmp_path):
    with pytest.raises(StrictStop):
        load(tmp_path / "e.jsonl", "not json\n" + LINE, strict=True)


def test_csv_columns_say_what_they_are(tmp_path):
    text = (
        "message_id,type,at,channel,source,identifier.customer,object.order,attribute.city,amount\n"
        "m1,order.placed,2026-03-01T12:00:00Z,web,shop,C1,7,Talca,42\nm2,x,2026-03-01,,,,,,\n"
    )
    load(tmp_path / "e.csv", text)
    first, second = Event.objects.select_related("source").order_by("id")
    assert (first.properties, first.source.name, first.channel) == ({"amount": "42"}, "shop", "web")
    assert attributes_of([person_of("customer", "C1")]).popitem()[1] == {"city": "Talca"}
    assert (second.date_only, second.source.name, second.channel, second.leaf_ids) == (True, "file", None, [])


@pytest.mark.parametrize(("name", "text"), [("e.csv", "type,at\n"), ("e.txt", LINE)])
def test_a_file_without_the_needed_columns_or_of_another_kind_is_refused(tmp_path, name, text):
    with pytest.raises(FileUnreadable):
        load(tmp_path / name, text)


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ({'"source":"shop"': '"source":"' + "s" * 65 + '"'}, "64"),
        ({'"source":"shop"': '"source":"a\\u0000b"'}, "64"),
        ({'{"amount":1}': '{"amount":' + "[" * 5_000 + "]" * 5_000 + "}"}, "recursion"),
        ({"2026-03-01T12:00:00Z": "yesterday"}, "yesterday"),
    ],
)
def test_a_line_the_ledger_could_not_keep_is_rejected_and_the_others_stay(tmp_path, words, reason):
    bad = LINE.replace('"m1"', '"m2"')
    for old, new in words.items():
        bad = bad.replace(old, new)
    summary = load(tmp_path / "e.jsonl", LINE + bad)
    assert (summary.recorded, summary.rejected) == (1, 1)
    assert reason in (tmp_path / "rejects.csv").read_text()


def test_a_mark_before_the_first_line_is_no_part_of_it(tmp_path):
    assert load(tmp_path / "e.jsonl", "\ufeff" + LINE).recorded == 1


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("message_id,type,at,n\nm1,x,2026-03-01,é\n".encode("latin-1"), "UTF-8"),
        (b"message_id,type,at,n\nm1,x,2026-03-01," + b"x" * 200_000, "line 2"),
        (b"message_id,type,at,n,n\nm1,x,2026-03-01,1,2\n", "two columns have the name n"),
    ],
)
def test_a_csv_file_nobody_can_read_says_why(tmp_path, content, reason):
    path = tmp_path / "e.csv"
    path.write_bytes(content)
    with translation.override("en"), pytest.raises(FileUnreadable, match=reason):
        import_files(
            actor=None, mapping=find_mapping("events"), files=[path], rejects_file=tmp_path / "r.csv"
        )
