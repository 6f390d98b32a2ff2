"""From ledger and person changes to messages."""

from __future__ import annotations

import json

import pytest

from recorrido.connectors.webhooks.actions import collect, delete_endpoint, disable_endpoint
from recorrido.connectors.webhooks.models import Delivery, Message
from recorrido.connectors.webhooks.tests.telling import HAND, happen, listen
from recorrido.events.consumers import move_bookmark
from recorrido.events.models import Stream
from recorrido.events.queries import lags
from recorrido.shared import clock

pytestmark = pytest.mark.django_db(transaction=True)


def told_types() -> list[str]:
    return list(Message.objects.order_by("id").values_list("type", flat=True))


def test_an_endpoint_is_told_the_types_it_subscribed_to():
    listen("order.*", "Order Completed")
    happen("order.placed", "page", "Order Completed", "orders")
    collect()
    assert told_types() == ["order.placed", "Order Completed"]


def test_what_happened_before_an_endpoint_was_made_is_not_for_it():
    happen("order.placed")
    listen("*")
    happen("order.shipped")
    collect()
    assert told_types() == ["order.shipped"]


def test_a_message_is_one_for_all_endpoints_that_get_it():
    first, second = listen("*"), listen("order.*")
    happen("order.placed", "page")
    collect()
    assert Message.objects.count() == 2
    assert sorted(Delivery.objects.values_list("endpoint_id", flat=True)) == [first.pk, first.pk, second.pk]


def test_a_bookmark_that_is_moved_back_tells_nothing_twice():
    listen("*")
    happen("order.placed")
    collect()
    move_bookmark(consumer="webhooks", position=0)
    collect()
    assert (Message.objects.count(), Delivery.objects.count()) == (1, 1)


def test_a_merge_is_told_with_both_persons():
    listen("person.*")
    happen("page", identifiers=(("customer", "c1"),))
    happen("page", identifiers=(("anonymous", "a1"),))
    happen("login", identifiers=(("customer", "c1"), ("anonymous", "a1")))
    collect()
    (message,) = Message.objects.all()
    data = json.loads(message.payload)["data"]
    assert message.type == "person.merged"
    assert {data["person_id"], data["other_id"]} == {message.person_id, data["other_id"]}


def test_the_stored_payload_holds_ids_and_nothing_personal():
    listen("*", with_identifiers=True, with_properties=True)
    happen("order.placed", identifiers=(("email", "ana@example.cl"),), name="Ana Díaz")
    collect()
    payload = Message.objects.get().payload
    assert "ana@" not in payload and "Ana" not in payload
    assert json.loads(payload)["data"]["objects"] == [{"kind": "order", "id": "1007"}]


def test_a_type_is_written_in_the_characters_the_standard_allows():
    listen("*")
    happen("Order Completed ñ")
    collect()
    told = json.loads(Message.objects.get().payload)
    assert (told["type"], told["data"]["event_type"]) == ("Order_Completed__", "Order Completed ñ")


def test_without_endpoints_the_bookmarks_follow_without_reading():
    happen("order.placed")
    collect()
    behind = {lag.consumer: lag.horizon - lag.position for lag in lags()}
    assert behind == {"webhooks": 0, "webhooks-people": 0}
    assert not Message.objects.exists()


def test_the_bookmark_of_changes_belongs_to_the_changes():
    listen("*")
    collect()
    move_bookmark(consumer="webhooks-people", position=0, stream=Stream.PEOPLE)


def test_a_disabled_endpoint_is_kept_messages_for_three_days():
    endpoint = listen("*")
    disable_endpoint(hand=HAND, endpoint=endpoint)
    happen("order.placed")
    collect()
    later = clock.now().replace(year=clock.now().year + 1)
    with clock.frozen(later):
        happen("order.shipped")
        collect()
    assert told_types() == ["order.placed"]


def test_a_deleted_endpoint_is_told_nothing_and_what_waited_is_discarded():
    endpoint = listen("*")
    happen("order.placed")
    collect()
    delete_endpoint(hand=HAND, endpoint=endpoint)
    happen("order.shipped")
    collect()
    assert list(Delivery.objects.values_list("state", flat=True)) == ["discarded"]


def test_collecting_asks_as_often_for_a_hundred_events_as_for_one(django_assert_max_num_queries):
    for number in range(5):
        listen("*", url=f"https://shop.example/{number}")
    happen(*["order.placed"] * 100)
    with django_assert_max_num_queries(24):
        collect()
    assert Delivery.objects.count() == 500
