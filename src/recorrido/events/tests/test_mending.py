from __future__ import annotations

import json

import pytest

from recorrido.events.errors import BadSteps
from recorrido.events.mending import event_of, mended, parse_steps, read_number

PLACED = {
    "message_id": "m1",
    "type": "Order Placed",
    "at": "2026-03-01T12:00:00",
    "channel": "fax",
    "identifiers": [["email", "0000"], ["customer", "C1"]],
    "objects": [["cart", "9"]],
    "properties": {"amt": "1.234,50", "order_id": 1007, "paid": "03-04-2026", "coupon": None}
    | {"raw": {"when": 20260301, "user": "U7"}},
}

STEPS = [
    ("type order.placed", ("type",), "order.placed"),
    ("channel phone", ("channel",), "phone"),
    ("channel none", ("channel",), None),
    ("zone America/Santiago", ("at",), "2026-03-01T12:00:00-03:00"),
    ("rename amt to amount", ("properties", "amount"), "1.234,50"),
    ('set currency to "CLP"  # what they mean', ("properties", "currency"), "CLP"),
    ("number amt with ,", ("properties", "amt"), 1234.5),
    ("time paid as %d-%m-%Y in America/Bogota", ("properties", "paid"), "2026-04-03T00:00:00-05:00"),
    ("time at from raw.when as %Y%m%d in America/Lima", ("at",), "2026-03-01T00:00:00-05:00"),
    ("identifier customer from raw.user", ("identifiers", 2), ["customer", "U7"]),
    ("drop identifier email", ("identifiers",), [["customer", "C1"]]),
    ("identifier order_number from order_id", ("identifiers", 2), ["order_number", "1007"]),
    ("object order from order_id", ("objects", 1), ["order", "1007"]),
    ("drop object cart", ("objects",), []),
]


@pytest.mark.parametrize(("step", "path", "expected"), STEPS)
def test_a_step_does_what_it_says(step, path, expected):
    value = json.loads(mended(json.dumps(PLACED), parse_steps(step)))
    for part in path:
        value = value[part]
    assert value == expected


def test_a_property_that_is_dropped_is_gone():
    assert "coupon" not in json.loads(mended(json.dumps(PLACED), parse_steps("drop coupon")))["properties"]


@pytest.mark.parametrize(
    "step", ["object order from nothing", "number coupon", "time at as %Y", "rename nothing to amt"]
)
def test_a_step_that_finds_nothing_to_do_leaves_the_event_as_it_is(step):
    assert json.loads(mended(json.dumps(PLACED), parse_steps(step))) == PLACED


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        ("", "at least one"),
        ("type a\nfly away", "Line 2"),
        ("channel fax", "no channel"),
        ("zone Atlantis", "no time zone"),
        ("set currency to CLP", "double quotes"),
        ("\n".join(["drop a"] * 51), "at most 50"),
    ],
)
def test_steps_that_are_not_understood_are_refused_with_their_line(steps, said):
    with pytest.raises(BadSteps, match=said):
        parse_steps(steps)


def test_a_payload_that_is_no_object_stays_as_it_is():
    assert mended("[1, 2", parse_steps("drop a")) == "[1, 2"


def test_an_edited_event_that_is_none_is_told_where():
    with pytest.raises(BadSteps, match="message_id"):
        event_of('{"message_id": 7, "type": "a", "at": "2026-03-01T12:00:00Z"}')


@pytest.mark.parametrize(
    ("text", "decimal", "number"),
    [("1.234,50", ",", 1234.5), ("$ 1,234", ".", 1234), ("-7", ".", -7), ("doce", ".", None), (7, ".", None)],
)
def test_numbers_are_read_as_people_write_them(text, decimal, number):
    assert read_number(text, decimal) == number
