"""Bodies, JSON and times, within their limits. No database."""

from __future__ import annotations

import asyncio
import gzip
import json
import time
import zlib
from datetime import UTC, datetime, timedelta

import pytest

from recorrido.api.ingest.bodies import MAX_BODY, read_body, unpacked
from recorrido.api.ingest.errors import NotUnderstood, Refusal
from recorrido.api.ingest.json_text import CUT, depth_of, is_too_deep, read_envelope, read_item, read_value
from recorrido.api.ingest.limits import RateLimit
from recorrido.api.ingest.parcels import unpack
from recorrido.api.ingest.times import offset_of, read_moment, read_time
from recorrido.company.models import ApiKey

NOW = datetime(2026, 3, 1, 15, tzinfo=UTC)
KEY = ApiKey(source="shop")


def read(*parts: bytes, announced: int | None = None, gone: bool = False) -> bytes:
    messages = [{"type": "http.request", "body": part, "more_body": True} for part in parts]
    last = {"type": "http.disconnect"} if gone else {"type": "http.request", "body": b""}

    async def receive():
        return messages.pop(0) if messages else last

    return asyncio.run(read_body(receive, announced, 5))


def nested(depth: int) -> bytes:
    return (
        b'{"type":"track","userId":"C","event":"E","properties":{"a":' + b"[" * depth + b"]" * depth + b"}}"
    )


def batch(*items: bytes) -> bytes:
    return b'{"batch":[' + b",".join(items) + b"]}"


def heard(text: bytes) -> list[str]:
    """For each item of a batch: its type, or the code of its refusal."""
    parcel = unpack(text, "batch", KEY, NOW)
    return [
        parcel.events[position].type if sound else parcel.refused[position].reason.code
        for sound, position in parcel.places()
    ]


def test_a_body_in_parts_is_put_together():
    assert read(b'{"a"', b":1", b"}") == b'{"a":1}'


def test_a_body_that_grows_beyond_the_limit_is_refused_on_the_way():
    parts = [b"x" * 100_000] * 50
    with pytest.raises(Refusal) as caught:
        read(*parts)
    assert caught.value.status == 413


def test_a_body_that_announces_too_much_is_not_even_read():
    with pytest.raises(Refusal):
        read(announced=MAX_BODY + 1)


def test_a_body_that_breaks_off_is_refused():
    with pytest.raises(Refusal) as caught:
        read(b"{", gone=True)
    assert caught.value.status == 400


def test_a_body_that_does_not_come_is_not_waited_for_for_ever():
    async def receive():
        await asyncio.sleep(60)

    with pytest.raises(Refusal) as caught:
        asyncio.run(read_body(receive, None, 0.05))
    assert caught.value.status == 408


@pytest.mark.parametrize("encoding", [b"gzip", b"", b"identity", b"x-gzip"])
def test_gzip_is_known_by_its_first_bytes(encoding):
    assert unpacked(gzip.compress(b"{}", mtime=0), encoding) == b"{}"
    assert unpacked(b"{}", encoding) == b"{}"


def test_gzip_in_several_members_is_one_text_and_a_mark_of_utf8_is_dropped():
    assert unpacked(gzip.compress(b"\xef\xbb\xbf{", mtime=0) + gzip.compress(b"}", mtime=0), b"gzip") == b"{}"


@pytest.mark.parametrize(
    ("body", "encoding", "status"),
    [
        (gzip.compress(b'{"a":1}' * 100, mtime=0)[:-9], b"gzip", 400),
        (gzip.compress(b"{}", mtime=0)[:5] + b"\x00" * 20, b"gzip", 400),
        (b"\x1f\x8b", b"gzip", 400),
        (zlib.compress(b"{}"), b"deflate", 400),
        (b"{}", b"br", 400),
        (gzip.compress(b" " * (MAX_BODY + 1), mtime=0), b"gzip", 413),
    ],
)
def test_what_cannot_be_unpacked_is_refused(body, encoding, status):
    with pytest.raises(Refusal) as caught:
        unpacked(body, encoding)
    assert caught.value.status == status


def test_a_bomb_costs_no_more_than_an_honest_batch():
    bomb = gzip.compress(b"\x00" * 200_000_000, mtime=0)
    begun = time.process_time()
    with pytest.raises(Refusal):
        unpacked(bomb, b"gzip")
    assert time.process_time() - begun < 0.1


def test_half_an_emoji_costs_nothing_but_itself():
    text = batch(
        b'{"type":"track","userId":"C","event":"E","properties":{"a":"x\\ud83d","b":"\\ud83d\\ude00\\\\ud83d"}}'
    )
    (event,) = unpack(text, "batch", KEY, NOW).events
    assert event.properties == {"a": "x\ufffd", "b": "\U0001f600\\ud83d"}


def test_a_number_that_is_none_is_read_so_that_its_event_alone_is_refused():
    assert str(read_value(b'{"a":[NaN,Infinity]}')) == "{'a': [nan, inf]}"
    assert heard(batch(b'{"type":"track","userId":"C","event":"A","properties":{"x":NaN}}', nested(1))) == [
        "A",
        "E",
    ]


@pytest.mark.parametrize("depth", [201, 900, 1_100, 30_000, 150_000])
def test_an_item_nested_too_deep_is_refused_alone(depth):
    kept = "too_large" if depth > 15_000 and depth < 30_000 else "too_deep"
    assert heard(batch(nested(3), nested(depth), nested(4))) == ["E", kept, "E"]


def test_two_hundred_levels_are_taken():
    assert depth_of(nested(198)) == 200
    assert heard(batch(nested(198), nested(199))) == ["E", "too_deep"]


def test_brackets_in_texts_are_not_counted():
    text = json.dumps({"note": '[{"' * 300}).encode()
    assert depth_of(text) == 1 and not is_too_deep(text)


@pytest.mark.parametrize(
    "text",
    [b"", b"{", b'{"a":}', b'{"a":1}}', b"\xff", b'{"a":"\x01"}', b'{"a":"' + b"[" * 5_000, b"[" * 100_000],
)
def test_what_is_no_json_is_refused(text):
    for read_it in (read_value, read_envelope):
        with pytest.raises(Refusal) as caught:
            read_it(text)
        assert caught.value.status == 400


def test_an_item_with_damaged_letters_is_refused_alone():
    assert heard(batch(nested(1), b'{"type":"track","event":"caf\xe9"}')) == ["E", "invalid_json"]


@pytest.mark.parametrize("number", [b"1" * 30_000, b"1e999", b"-1e400", b"1" * 40, b"0." + b"1" * 5_000])
def test_numbers_of_any_size_fail_nobody(number):
    item = b'{"type":"track","userId":"C","event":"E","properties":{"a":' + number + b"}}"
    assert heard(batch(nested(1), item))[0] == "E"
    read_item(item) if len(number) < 4_000 else None


def test_a_batch_lends_its_context_to_its_items():
    text = b'{"context":{"ip":"1.1.1.1"},"integrations":{"X":1},' + batch(nested(1))[1:]
    (event,) = unpack(text, "batch", KEY, NOW).events
    assert event.properties["$context"] == {"ip": "1.1.1.1"}
    assert event.properties["$extra"] == {"integrations": {"X": 1}}


@pytest.mark.parametrize("shared", [b'"' + b"x" * 40_000 + b'"', b'{"a":"' + b"x" * 30_000 + b'"}'])
def test_a_context_that_would_swell_with_its_items_is_refused(shared):
    text = b'{"context":' + shared + b"," + batch(*[b"{}"] * 1_000)[1:]
    with pytest.raises(Refusal) as caught:
        unpack(text, "batch", KEY, NOW)
    assert caught.value.status == 413


def test_a_batch_is_never_reordered_by_a_wrong_clock():
    times = ["2026-03-01T09:00:00Z", "2026-03-01T09:00:01.5Z", "2026-03-01T09:00:02Z"]
    items = [
        json.dumps({"type": "track", "userId": "C", "event": "E", "timestamp": one}).encode() for one in times
    ]
    text = b'{"sentAt":"2026-03-01T09:00:10Z",' + batch(*items)[1:]
    found = [event.at for event in unpack(text, "batch", KEY, NOW).events]
    assert [NOW - one for one in found] == [timedelta(seconds=seconds) for seconds in (10, 8.5, 8)]


def test_where_only_items_say_when_they_were_sent_the_latest_speaks_for_all():
    item = b'{"type":"track","userId":"C","event":"E","timestamp":"2026-03-01T09:00:00Z","sentAt":"2026-03-01T09:0%d:00Z"}'
    found = unpack(batch(item % 1, item % 3), "batch", KEY, NOW).events
    assert {event.at for event in found} == {NOW - timedelta(minutes=3)}


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ("2026-03-01T12:00:00-03:00", NOW),
        ("2026-03-01T15:00:00", NOW),
        ("2026-03-01T15:00:00.123456789Z", NOW + timedelta(microseconds=123_456)),
        (1772377200, NOW),
        (1772377200000, NOW),
        (1772377200000000, NOW),
        (1772377200000000000, NOW),
        ("1772377200", NOW),
        ("1772377200000", NOW),
        (1772377200.0, NOW),
        ("2026-03-01t15:00:00z", NOW),
        ("2026-03-01 15:00:00+00:00", NOW),
        ("20260301T150000Z", NOW),
    ],
)
def test_times_are_read_in_the_forms_clients_write(told, expected):
    assert read_time(told) == (expected, False)


@pytest.mark.parametrize(
    "told",
    [
        "",
        "17723772",
        "1772377200x",
        "12345678901",
        "ayer",
        "2026-13-01",
        "0001-01-01T00:00:00+14:00",
        True,
        [],
        {},
        float("nan"),
        10**30,
    ],
)
def test_what_is_no_time_is_not_guessed(told):
    with pytest.raises(NotUnderstood):
        read_time(told)
    assert read_moment(told) is None


YEARS = timedelta(days=1_500)


@pytest.mark.parametrize("skew", [YEARS, -YEARS, timedelta(days=8), timedelta(days=-20_000)])
def test_a_clock_that_is_years_off_is_corrected_where_events_and_sending_agree(skew):
    sent = NOW + skew
    for waited in (timedelta(seconds=3), timedelta(days=20), timedelta(seconds=-5)):
        assert offset_of(sent, NOW, lambda: sent - waited) == -skew  # noqa: B023 (called at once)


def test_a_sending_time_that_no_event_agrees_with_is_not_believed():
    for odd in (datetime(1970, 1, 1, tzinfo=UTC), NOW + YEARS, NOW - timedelta(days=8)):
        assert offset_of(odd, NOW, lambda: NOW) is None
        assert offset_of(odd, NOW, lambda: None) is None
    assert offset_of(NOW - timedelta(days=8), NOW, lambda: NOW - YEARS) is None
    assert offset_of(None, NOW, lambda: NOW) is None


def test_an_offset_of_up_to_a_week_needs_no_witness():
    assert offset_of(NOW - timedelta(days=6), NOW, lambda: None) == timedelta(days=6)


@pytest.mark.parametrize("year", [1970, 2019, 2031])
def test_a_batch_of_a_clock_that_is_years_off_keeps_its_order_and_its_distances(year):
    told = f'{{"type":"track","userId":"C","event":"E","timestamp":"{year}-05-01T09:00:0%dZ"}}'
    text = (
        f'{{"sentAt":"{year}-05-01T09:00:10Z",'.encode()
        + batch(*((told % n).encode() for n in (1, 5, 3)))[1:]
    )
    found = unpack(text, "batch", KEY, NOW).events
    assert [NOW - event.at for event in found] == [timedelta(seconds=seconds) for seconds in (9, 5, 7)]
    assert {event.original_at.year for event in found} == {year}


@pytest.mark.parametrize("told", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
def test_the_time_that_some_languages_write_for_none_is_none(told):
    item = b'{"type":"track","userId":"C","event":"E","timestamp":"2026-03-01T14:00:00Z"}'
    (event,) = unpack(b'{"sentAt":"' + told.encode() + b'",' + batch(item)[1:], "batch", KEY, NOW).events
    assert (event.sent_at, event.at) == (None, NOW - timedelta(hours=1))


def test_a_rate_is_kept_over_time_and_a_burst_is_owed():
    now = [0.0]
    limit = RateLimit(10, lambda: now[0])
    limit.take(1, 50)
    with pytest.raises(Refusal) as caught:
        limit.take(1, 1)
    assert (caught.value.status, caught.value.retry_after) == (429, 4)
    limit.take(2, 1)
    now[0] = 4.0
    limit.take(1, 1)


def test_what_was_cut_out_is_named():
    assert CUT.encode() in json.dumps(read_value(b"[" * 5_000 + b"]" * 5_000)).encode()
