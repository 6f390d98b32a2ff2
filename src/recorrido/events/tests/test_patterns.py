from __future__ import annotations

import pytest

from recorrido.events.models import EventType
from recorrido.events.patterns import as_condition, matches

pytestmark = pytest.mark.django_db
WORDS = [
    "order.placed",
    "order",
    "orders",
    "Order.x",
    "or%er.y",
    "or_er.y",
    "a.order.b",
    "a\\b",
    "página.vista",
]


@pytest.mark.parametrize(
    "pattern",
    [
        "",
        "order",
        "order.*",
        "order*",
        "*",
        "*.placed",
        "or%er*",
        "or_er.*",
        "a*b",
        "*order*",
        "a\\*",
        "pág*",
    ],
)
def test_a_pattern_means_the_same_in_memory_and_in_the_database(pattern):
    EventType.objects.bulk_create(EventType(name=word) for word in WORDS)
    found = EventType.objects.filter(as_condition("name", pattern)).values_list("name", flat=True)
    assert sorted(found) == sorted(word for word in WORDS if matches(pattern, word))
