import gzip
from xml.sax.saxutils import quoteattr

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.trayecto import xes_oracle
from tests.trayecto.event_files import balanced, needs, read, read_text, rows, told, utc

from trayecto.errors import UnknownColumn, UnreadableFile


def attribute(key, value, tag="string", inside=""):
    return f"<{tag} key={quoteattr(key)} value={quoteattr(value)}>{inside}</{tag}>"


def event(step=None, at=None, *more):
    name = attribute("concept:name", step) if step is not None else ""
    time = attribute("time:timestamp", at, "date") if at is not None else ""
    return f"<event>{name}{time}{''.join(more)}</event>"


def trace(name, *events):
    named = attribute("concept:name", name) if name is not None else ""
    return f"<trace>{named}{''.join(events)}</trace>"


def log(*parts):
    return (
        '<?xml version="1.0" encoding="UTF-8"?><log xmlns="http://www.xes-standard.org/">'
        + "".join(parts)
        + "</log>"
    )


MAY = "2024-05-01T12:00:00.000+02:00"
NOON = utc(2024, 5, 1, 10)


def test_traces_are_journeys_and_events_are_steps_in_file_order():
    events = read_text(
        log(trace("A", event("order", MAY), event("pay", MAY)), trace("B", event("order", MAY))), "xes"
    )
    assert rows(events) == [("A", "order", NOON), ("A", "pay", NOON), ("B", "order", NOON)]


def test_attributes_have_the_type_that_the_file_declares():
    more = [attribute("n", "3", "int"), attribute("x", "0.5", "float"), attribute("ok", "true", "boolean")]
    more += [attribute("due", MAY, "date"), attribute("zip", "00123")]
    table = read_text(log(trace("A", event("order", MAY, *more))), "xes").table
    assert table.select(["n", "x", "ok", "due", "zip"]).to_pylist() == [
        {"n": 3, "x": 0.5, "ok": True, "due": NOON, "zip": "00123"}
    ]


def test_an_attribute_that_breaks_its_type_stays_text_with_a_warning():
    events = read_text(log(trace("A", event("order", MAY, attribute("n", "three", "int")))), "xes")
    assert events.table.column("n").to_pylist() == ["three"]
    assert "'n' holds values that are no int" in events.report.warnings[0]


def test_nested_attributes_are_columns_with_dotted_names():
    more = attribute(
        "person", "Ana", inside=attribute("role", "agent", inside=attribute("level", "2", "int"))
    )
    table = read_text(log(trace("A", event("order", MAY, more))), "xes").table
    assert table.select(["person", "person.role", "person.role.level"]).to_pylist() == [
        {"person": "Ana", "person.role": "agent", "person.role.level": 2}
    ]


def test_a_nested_name_or_time_is_not_the_events_own():
    more = attribute(
        "sub", "x", inside=attribute("concept:name", "inner") + attribute("time:timestamp", MAY, "date")
    )
    events = read_text(log(trace("A", event("order", MAY, more))), "xes")
    assert rows(events) == [("A", "order", NOON)]


def test_lists_are_kept_as_json():
    more = (
        '<list key="items"><values><string key="sku" value="x"/><string key="sku" value="y"/></values></list>'
    )
    assert read_text(log(trace("A", event("order", MAY, more))), "xes").table.column(
        "items.sku"
    ).to_pylist() == ['["x", "y"]']


def test_trace_attributes_are_columns_of_every_event_wherever_they_stand():
    text = log(
        f"<trace>{event('order', MAY)}{attribute('concept:name', 'A')}{attribute('country', 'CL')}</trace>"
    )
    assert rows(read_text(text, "xes"), "journey", "case:country") == [("A", "CL")]


def test_an_event_without_name_or_time_is_rejected_with_its_trace_and_position():
    events = read_text(
        log(trace("A", event("order", MAY)), trace("B", event(None, MAY), event("pay"))), "xes"
    )
    assert told(events.report) == [
        ("trace 2 (B), event 1", "concept:name", "the step is empty"),
        ("trace 2 (B), event 2", "time:timestamp", "the time is empty"),
    ]
    assert balanced(events)


def test_global_defaults_are_noted_and_not_filled_in():
    declared = f'<global scope="event">{attribute("concept:name", "__INVALID__")}</global>'
    events = read_text(log(declared, trace("A", event(None, MAY))), "xes")
    assert events.report.rejected == 1
    assert any("declares 'concept:name' as global" in note for note in events.report.notes)


def test_classifiers_are_noted():
    events = read_text(
        log('<classifier name="Activity" keys="Activity"/>', trace("A", event("order", MAY))), "xes"
    )
    assert any("declares the classifiers 'Activity'" in note for note in events.report.notes)


def test_another_attribute_can_be_the_step():
    events = read_text(
        log(trace("A", event("order", MAY, attribute("Activity", "Buy")))), "xes", step="Activity"
    )
    assert rows(events, "step", "concept:name") == [("Buy", "order")]


def test_lifecycle_keeps_only_the_events_of_that_transition():
    transitions = [attribute("lifecycle:transition", name) for name in ("start", "complete")]
    text = log(trace("A", *(event("order", MAY, one) for one in transitions), event("pay", MAY)))
    events = read_text(text, "xes", lifecycle="complete")
    assert rows(events) == [("A", "order", NOON)]
    assert events.report.left_out == 2
    assert len(read_text(text, "xes")) == 3


def test_lifecycle_on_a_log_without_transitions_is_an_error():
    with pytest.raises(UnknownColumn, match="no column 'lifecycle:transition'"):
        read_text(log(trace("A", event("order", MAY))), "xes", lifecycle="complete")


def test_unnamed_traces_are_named_by_position_and_equal_names_are_one_journey():
    events = read_text(
        log(trace(None, event("a", MAY)), trace("X", event("b", MAY)), trace("X", event("c", MAY))), "xes"
    )
    assert [journey for journey, _step, _at in rows(events)] == ["trace 1", "X", "X"]
    assert "1 traces have no concept:name" in events.report.warnings[0]
    assert "1 traces have the name of an earlier one" in events.report.warnings[1]


def test_an_event_outside_any_trace_is_rejected():
    events = read_text(log(event("order", MAY), trace("A", event("order", MAY))), "xes")
    assert told(events.report) == [("event 1 outside any trace", "case:concept:name", "the journey is empty")]


def test_what_cannot_be_stored_of_an_event_is_told():
    more = [attribute("n", "1"), attribute("n", "2"), '<string value="lost"/>']
    events = read_text(log(trace("A", event("order", MAY, *more))), "xes")
    assert events.table.column("n").to_pylist() == ["2"]
    assert "1 attributes are given twice" in events.report.warnings[0]
    assert "1 attributes have no key" in events.report.warnings[1]


def test_an_empty_log_has_no_events():
    assert len(read_text(log(trace("A")), "xes")) == 0


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is cut short: its XML ends too early, at line 1"),
        (log(trace("A", event("order", MAY))).encode()[:-20], "is cut short: its XML ends too early"),
        (gzip.compress(log(trace("A")).encode())[:-9], "is cut short: its compressed content ends too early"),
        (b"case,step,at\n1,a,2024\n", "is not well-formed XML: line 1, column 1"),
        (b"<html><body/></html>", "is XML but no XES log: its root is <html>"),
        (b'<!DOCTYPE log [<!ENTITY a "b">]><log/>', "declares XML entities"),
    ],
)
def test_a_bad_file_fails_with_a_sentence(content, sentence):
    with pytest.raises(UnreadableFile, match=sentence):
        read_text(content, "xes")


WORD = st.text(st.characters(categories=["L", "N", "P", "Zs"]), min_size=1, max_size=6)
TIMES = st.datetimes(
    utc(1990, 1, 1).replace(tzinfo=None), utc(2035, 1, 1).replace(tzinfo=None), timezones=st.just(NOON.tzinfo)
)
MORE = st.lists(
    st.builds(
        attribute, st.sampled_from(["k", "m"]), WORD, inside=st.just("") | st.builds(attribute, WORD, WORD)
    ),
    max_size=1,
)
EVENTS = st.builds(
    lambda step, at, more: event(step, at and at.isoformat(), *more),
    st.none() | WORD,
    st.none() | TIMES,
    MORE,
)
LOGS = st.lists(
    st.builds(lambda name, events: trace(name, *events), st.none() | WORD, st.lists(EVENTS, max_size=4)),
    max_size=4,
)


@given(LOGS)
def test_the_quick_parser_reads_what_a_strict_one_reads(traces):
    text = log(*traces)
    events, strict = read_text(text, "xes"), xes_oracle.events_of(text)
    good = [one for one in strict if one[1] and one[2]]
    assert rows(events) == [(journey, step, at) for journey, step, at, _more in good]
    assert events.report.rejected == len(strict) - len(good)
    for name in events.table.column_names[3:]:
        assert events.table.column(name).to_pylist() == [more.get(name) for *_rest, more in good]


@pytest.mark.real_data
def test_the_helpdesk_log_is_read_as_a_strict_parser_reads_it():
    path = needs("helpdesk/Helpdesk.xes.gz")
    events, strict = read(path), xes_oracle.events_of(gzip.decompress(path.read_bytes()))
    assert rows(events) == [(journey, step, at) for journey, step, at, _more in strict]
    assert len(events) == 21_348
    assert len(set(events.table.column("journey").to_pylist())) == 4_580
    assert events.table.column("Resource").to_pylist() == [more["Resource"] for *_rest, more in strict]
    assert events.report.rejected == 0


@pytest.mark.parametrize("encoding", ["AUTF-8", "shift_jis"])
@pytest.mark.parametrize("name", ["shop.xes", "shop.xmlocel"])
def test_an_encoding_that_cannot_be_read_is_told(tmp_path, name, encoding):
    file = tmp_path / name
    file.write_bytes(f'<?xml version="1.0" encoding="{encoding}"?><log></log>'.encode())
    with pytest.raises(UnreadableFile, match=f"{name} declares an encoding that cannot be read .*UTF-8"):
        read(file)
