"""What each kind of call means as an event. No database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from recorrido.api.ingest.wire import Reading, hear
from recorrido.events.records import NewEvent

NOW = datetime(2026, 3, 1, 15, 0, 10, tzinfo=UTC)
CALL = {"type": "track", "userId": "C-1", "event": "Order Completed", "messageId": "m1"}


def event_of(item: dict, **reading) -> NewEvent:
    heard = hear(item, Reading(NOW, **reading))
    assert heard.reason is None, heard.reason
    return heard.event


def code_of(item: object, **reading) -> str:
    return hear(item, Reading(NOW, **reading)).reason.code


def test_a_track_call_has_the_name_of_its_event_as_type():
    event = event_of(CALL | {"event": " Order Completed ", "properties": {"total": 5}})
    assert (event.type, event.message_id, event.properties) == ("Order Completed", "m1", {"total": 5})


def test_user_and_anonymous_ids_are_identifiers_and_the_user_comes_first():
    event = event_of(CALL | {"anonymousId": "a-1", "userId": 17})
    assert event.identifiers == (("customer", "17"), ("anonymous", "a-1"))
    assert event_of(CALL, user_kind="loyalty").identifiers == (("loyalty", "C-1"),)


def test_ids_that_libraries_leave_empty_are_no_identifiers():
    event = event_of(CALL | {"anonymousId": None, "userId": "", "context": {"traits": {"email": "a@b.cl"}}})
    assert event.identifiers == (("email", "a@b.cl"),)


def test_an_identify_call_tells_traits_as_attributes_and_its_contacts_as_identifiers():
    traits = {"email": "ana@example.cl", "phone": 56912345678, "name": "Ana", "address": {"city": "Talca"}}
    event = event_of({"type": "identify", "userId": "C-1", "traits": traits})
    assert event.identifiers == (("customer", "C-1"), ("email", "ana@example.cl"), ("phone", "56912345678"))
    assert event.attributes == traits


def test_traits_in_the_context_of_an_identify_call_are_traits():
    context = {"traits": {"email": "ana@example.cl", "name": "A"}, "ip": "1.1.1.1"}
    event = event_of({"type": "identify", "userId": "C-1", "traits": {"name": "Ana"}, "context": context})
    assert event.attributes == {"email": "ana@example.cl", "name": "Ana"}
    assert event.identifiers == (("customer", "C-1"), ("email", "ana@example.cl"))
    assert event.properties == {"$context": {"ip": "1.1.1.1"}}


def test_a_trait_whose_name_is_too_long_for_an_attribute_is_kept_as_a_property():
    event = event_of({"type": "identify", "userId": "C-1", "traits": {"x" * 65: 1, "name": "Ana"}})
    assert (event.attributes, event.properties) == ({"name": "Ana"}, {"traits": {"x" * 65: 1}})


@pytest.mark.parametrize(("kind", "channel"), [("page", "web"), ("screen", "app")])
def test_pages_and_screens_carry_their_name_and_category(kind, channel):
    item = {
        "type": kind,
        "anonymousId": "a",
        "name": "Inicio",
        "category": "Home",
        "properties": {"name": "I"},
    }
    event = event_of(item)
    assert (event.type, event.channel) == (kind, channel)
    assert event.properties == {"name": "I", "category": "Home"}


def test_a_group_call_touches_an_organization_and_its_traits_are_no_persons():
    event = event_of(
        {"type": "group", "userId": "C-1", "groupId": "G-7", "traits": {"email": "info@acme.cl"}}
    )
    assert event.objects == (("organization", "G-7"),)
    assert (event.identifiers, event.attributes) == ((("customer", "C-1"),), {})
    assert event.properties == {"traits": {"email": "info@acme.cl"}}


def test_an_alias_call_names_the_user_and_who_it_was_before():
    event = event_of({"type": "alias", "userId": "C-1", "previousId": "a-1"})
    assert event.identifiers == (("customer", "C-1"), ("anonymous", "a-1"))


def test_external_ids_are_identifiers_of_their_own_kind_unless_they_are_an_accounts():
    ids = [
        {"id": "123", "type": "ga_client_id", "collection": "users", "encoding": "none"},
        {"id": "9", "type": "user_id"},
        {"id": "7", "type": "crm", "collection": "accounts"},
        {"id": "x", "type": "Not A Kind"},
        "odd",
    ]
    event = event_of(CALL | {"context": {"externalIds": ids}})
    assert event.identifiers == (("customer", "C-1"), ("ga_client_id", "123"), ("customer", "9"))


def test_properties_of_the_commerce_events_name_objects():
    properties = {"order_id": 1007, "cart_id": "", "ticket_id": "T-1", "store_id": None, "product_id": "9"}
    properties["products"] = [{"product_id": "9"}, {"product_id": "8"}, {"sku": "x"}, "odd"]
    event = event_of(CALL | {"properties": properties})
    assert event.objects == (("order", "1007"), ("product", "9"), ("case", "T-1"), ("product", "8"))


@pytest.mark.parametrize(
    ("fields", "channel"),
    [
        ({}, "store"),
        ({"context": {"page": {"url": "https://x.cl"}}}, "web"),
        ({"context": {"os": {"name": "Android"}}}, "app"),
        ({"context": {"device": {"type": "ios"}}}, "app"),
        ({"context": {"os": {"name": "Linux"}}}, "store"),
        ({"channel": "mobile"}, "app"),
        ({"channel": "server"}, "store"),
        ({"context": {"page": {}, "channel": "chat"}}, "chat"),
        ({"properties": {"channel": "phone"}, "channel": "web"}, "phone"),
        ({"properties": {"channel": ["web"]}}, "store"),
    ],
)
def test_a_channel_is_named_or_seen_or_the_keys(fields, channel):
    assert event_of(CALL | fields, channel="store").channel == channel


def test_what_we_do_not_read_is_kept():
    item = CALL | {
        "context": {"ip": "1.2.3.4"},
        "_metadata": {"a": 1},
        "traits": {"b": 2},
        "integrations": {"All": True},
    }
    assert event_of(item).properties == {
        "$context": {"ip": "1.2.3.4"},
        "$extra": {"_metadata": {"a": 1}, "traits": {"b": 2}},
    }


def test_a_batch_lends_its_context_to_its_items():
    reading = {"context": {"app": "till", "ip": "1.1.1.1"}, "integrations": {"Other": False}}
    event = event_of(CALL | {"context": {"ip": "2.2.2.2"}}, **reading)
    assert event.properties["$context"] == {"app": "till", "ip": "2.2.2.2"}
    assert event.properties["$extra"] == {"integrations": {"Other": False}}


def test_the_secret_is_never_kept():
    kept = hear(CALL | {"writeKey": "rck_secret", "event": ""}, Reading(NOW)).event
    assert "rck_secret" not in str((event_of(CALL | {"writeKey": "rck_secret"}), kept))


def test_times_are_corrected_by_the_offset_of_the_request_and_kept_as_they_came():
    told = datetime(2026, 3, 1, 14, 0, tzinfo=UTC)
    sent = told + timedelta(seconds=5)
    item = CALL | {"timestamp": "2026-03-01T14:00:00Z"}
    event = event_of(item, sent_at=sent, offset=NOW - sent)
    assert (event.at, event.original_at) == (NOW - timedelta(seconds=5), told)
    assert (event.sent_at, event.received_at) == (sent, NOW)


def test_an_event_without_a_time_happened_when_it_came():
    assert event_of(CALL, offset=timedelta(hours=1)).at == NOW


def test_a_date_alone_stays_a_date():
    event = event_of(CALL | {"timestamp": "2026-02-27"}, offset=timedelta(hours=5))
    assert (event.at, event.date_only) == (datetime(2026, 2, 27, tzinfo=UTC), True)


@pytest.mark.parametrize(
    ("item", "code"),
    [
        (5, "not_an_object"),
        ({}, "unknown_type"),
        (CALL | {"type": ["track"]}, "unknown_type"),
        (CALL | {"event": None}, "missing_event"),
        (CALL | {"event": {"a": 1}}, "missing_event"),
        (CALL | {"userId": None}, "no_user_anon_id"),
        (CALL | {"userId": {"a": 1}}, "no_user_anon_id"),
        (CALL | {"properties": [1]}, "bad_properties"),
        (CALL | {"messageId": "x" * 101}, "long_message_id"),
        (CALL | {"timestamp": "ayer"}, "unreadable_time"),
        (CALL | {"timestamp": {"a": 1}}, "unreadable_time"),
        (CALL | {"timestamp": 1e300}, "unreadable_time"),
        ({"type": "identify", "userId": "C", "traits": "x"}, "bad_traits"),
        ({"type": "group", "userId": "C"}, "missing_group_id"),
        ({"type": "alias", "userId": "C"}, "missing_previous_id"),
        ({"type": "alias", "previousId": "C"}, "missing_previous_id"),
        ({"type": "page"}, "no_user_anon_id"),
    ],
)
def test_what_is_not_understood_has_a_code(item, code):
    assert code_of(item) == code


def test_an_order_that_names_nobody_is_still_an_event():
    assert event_of(CALL | {"userId": None, "properties": {"order_id": "O-1"}}).identifiers == ()


def test_history_needs_its_times():
    assert code_of(CALL, history=True) == "missing_timestamp"


def test_a_missing_message_id_is_made_of_what_the_item_says():
    item = {"type": "track", "userId": "C-1", "event": "E", "timestamp": "2026-03-01T14:00:00Z"}
    later = {"sent_at": NOW}
    assert event_of(item).message_id == event_of(item | {"sentAt": "x", "messageId": " "}, **later).message_id
    assert event_of(item).message_id != event_of(item | {"timestamp": "2026-03-01T14:00:01Z"}).message_id


def test_the_same_item_twice_in_one_request_is_two_events_and_the_same_two_when_sent_again():
    item = {"type": "track", "userId": "C-1", "event": "E"}

    def ids():
        reading = Reading(NOW)
        return [hear(item, reading).event.message_id for _ in range(2)]

    assert ids() == ids() and len(set(ids())) == 2
