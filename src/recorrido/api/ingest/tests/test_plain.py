"""What is read the short way is read as the long way reads it. No database."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from recorrido.api.ingest.json_text import read_item
from recorrido.api.ingest.plain import hear_plain
from recorrido.api.ingest.wire import Reading, hear

NOW = datetime(2026, 3, 1, 15, tzinfo=UTC)
ITEM = {
    "type": "track",
    "event": "Order Completed",
    "messageId": "m-1",
    "userId": "C1",
    "anonymousId": "a-1",
    "timestamp": "2026-03-01T14:59:58.250Z",
    "properties": {"order_id": "1007", "total": 42990},
    "context": {"locale": "es-CL"},
}


def plainly(item: Any, reading: Reading | None = None):
    return hear_plain(json.dumps(item).encode(), reading or Reading(NOW))


words = st.sampled_from(
    ["", " ", "C1", " C1 ", "track", "page", "2026-03-01", "2026-03-01T10:00:00-03:00", "no time"]
)
odd = st.one_of(st.none(), st.booleans(), st.integers(), words, st.lists(words, max_size=2))
facts = st.dictionaries(
    st.sampled_from(
        ["order_id", "product_id", "products", "channel", "page", "device", "traits", "email", "externalIds"]
    ),
    st.one_of(odd, st.dictionaries(st.sampled_from(["email", "type", "id", "product_id"]), odd, max_size=2)),
    max_size=4,
)
changes = st.dictionaries(
    st.sampled_from([*ITEM, "originalTimestamp", "sentAt", "integrations", "writeKey", "traits", "odd"]),
    st.one_of(odd, facts),
    max_size=3,
)
offsets = st.sampled_from([None, timedelta(0), timedelta(seconds=-90), timedelta(days=3650)])


@given(
    changes=changes, context=facts, properties=facts, offset=offsets, channel=st.sampled_from([None, "store"])
)
def test_what_is_read_the_short_way_is_read_as_the_long_way_reads_it(
    changes, context, properties, offset, channel
):
    reading = Reading(NOW, "loyalty", channel, NOW, offset)
    item = {**ITEM, "context": context, "properties": properties, **changes}
    short = plainly(item, reading)
    event("short" if short else "long")
    assert short is None or (short, None) == hear(read_item(json.dumps(item).encode()), reading)


def test_an_ordinary_track_call_is_read_the_short_way():
    assert plainly(ITEM) == hear(ITEM, Reading(NOW)).event


@pytest.mark.parametrize("name", ["type", "event", "messageId", "timestamp"])
def test_what_lacks_something_takes_the_long_way(name):
    assert plainly({key: value for key, value in ITEM.items() if key != name}) is None


def test_what_a_batch_says_of_all_its_items_takes_the_long_way():
    assert plainly(ITEM, Reading(NOW, context={"locale": "es"})) is None
    assert plainly(ITEM, Reading(NOW, integrations={"CRM": False})) is None


def test_a_time_that_the_correction_moves_out_of_every_calendar_takes_the_long_way():
    late = {**ITEM, "timestamp": "9999-12-31T23:59:59Z"}
    assert plainly(late, Reading(NOW, offset=timedelta(days=1))) is None
