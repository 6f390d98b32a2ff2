"""Events and persons as programs get them: whole, in order, and nothing that the key may not see."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from itertools import count
from threading import Event, Thread
from urllib.parse import urlencode

import pytest
from django.db import connection, transaction

from recorrido.api.read.document import document
from recorrido.events.actions import ensure_source, record_events
from recorrido.events.records import NewEvent

pytestmark = pytest.mark.django_db(transaction=True)
AT = datetime(2026, 3, 1, 15, tzinfo=UTC)
_numbers = count()


def happen(
    *types: str, who=(("customer", "c1"),), source: str = "shop", at: datetime = AT, **properties
) -> None:
    events = [
        NewEvent(
            message_id=f"r{next(_numbers)}", type=one, at=at, channel="web", identifiers=who,
            objects=(("order", "A/7"),), properties=properties,
        )
        for one in types
    ]  # fmt: skip
    assert record_events(source=ensure_source(name=source, country="CL"), events=events).recorded == len(
        types
    )


def walk(program, path: str) -> list[dict]:
    """Every item of a list, page by page."""
    found, after = [], ""
    while True:
        going_on = f"{'&' if '?' in path else '?'}{urlencode({'after': after})}" if after else ""
        answer = program.get(path + going_on)
        assert answer.status_code == 200, answer.content
        page = answer.json()
        found += page["items"]
        after = page["next"]
        if not after or not page.get("more", True):
            return found


def test_the_ledger_is_read_in_order_each_event_once(caller):
    happen(*[f"t{number}" for number in range(25)])
    program = caller()
    types = [one["type"] for one in walk(program, "/events?limit=10")]
    assert types == [f"t{number}" for number in range(25)]


def test_a_reader_goes_on_with_what_is_new(caller):
    happen("old")
    program = caller()
    after = program.get("/events?after=latest").json()["next"]
    assert program.get("/events", {"after": after}).json()["items"] == []
    happen("new")
    assert [one["type"] for one in program.get("/events", {"after": after}).json()["items"]] == ["new"]


def test_events_are_filtered_by_type_source_and_period(caller):
    happen("order.placed", "page")
    happen("order.placed", source="erp", at=datetime(2026, 4, 1, tzinfo=UTC))
    program = caller()

    def found(query: str) -> int:
        return len(program.get(f"/events?{query}").json()["items"])

    assert (found("type=order.placed"), found("type=order.placed&type=page"), found("type=no")) == (2, 3, 0)
    assert (found("source=erp"), found("source=erp&type=page"), found("source=no")) == (1, 0, 0)
    assert (found("since=2026-03-15T00:00:00Z"), found("until=2026-03-15T00:00:00-03:00")) == (1, 2)


def test_a_rare_type_in_a_long_ledger_is_found_piece_by_piece(caller, monkeypatch):
    from recorrido.events.queries import browsing

    happen(*["page"] * 30, "rare")
    monkeypatch.setattr(browsing, "WINDOW", 10)
    program = caller()
    first = program.get("/events?type=rare").json()
    assert (first["items"], first["more"]) == ([], True)
    assert [one["type"] for one in walk(program, "/events?type=rare")] == ["rare"]


def test_ids_that_no_event_has_are_not_walked(caller, monkeypatch):
    from recorrido.events.ledger import EVENTS_SEQUENCE
    from recorrido.events.queries import browsing
    from recorrido.shared import sql

    happen("page")
    sql.allot(EVENTS_SEQUENCE, 5_000)
    happen("rare")
    monkeypatch.setattr(browsing, "WINDOW", 10)
    program = caller()
    after = program.get("/events?type=page&limit=1").json()["next"]
    found = program.get(f"/events?type=rare&{urlencode({'after': after})}").json()
    assert [one["type"] for one in found["items"]] == ["rare"]


def test_an_event_says_when_who_and_what_in_utc(caller):
    happen("order.placed", amount=42_000)
    (told,) = caller().get("/events").json()["items"]
    assert (told["at"], told["channel"], told["source"]) == ("2026-03-01T15:00:00Z", "web", "shop")
    assert told["objects"] == [{"kind": "order", "id": "A/7"}]
    assert told["identifiers"] == [{"kind": "customer", "value": "c1"}]
    assert caller(name="b").get(f"/events/{told['id']}").json() == told


def test_what_touched_an_object_is_found_whatever_its_name(caller):
    happen("order.placed", "order.shipped")
    program = caller()
    assert len(walk(program, "/objects/order/A/7/events?limit=1")) == 2
    assert walk(program, "/objects/order/nothing/events") == []


def test_a_person_is_found_by_any_identifier_and_by_one_of_a_kind(caller):
    happen("page", who=(("email", "ana@example.cl"), ("phone", "+56912345678")))
    program = caller()
    (found,) = program.get("/persons?q=Ana@Example.cl").json()["items"]
    assert {one["value"] for one in found["identifiers"]} == {"ana@example.cl", "+56912345678"}
    for address in ("/persons/by/email/ANA@example.cl", "/persons/by/phone/9 1234 5678?country=CL"):
        assert program.get(address).json()["id"] == found["id"]
    assert program.get("/persons?q=nobody").json() == {"items": [], "next": None}


@pytest.mark.parametrize(
    "address", ["email/nobody@example.cl", "email/x", "no/x", "phone/912345678", "É/x", "email/%20"]
)
def test_nobody_is_behind_an_unknown_or_unreadable_identifier(caller, address):
    assert caller().get(f"/persons/by/{address}").status_code in (404, 422)


def test_all_persons_are_walked_page_by_page(caller):
    for number in range(5):
        happen("page", who=(("customer", f"c{number}"),))
    happen("login", who=(("customer", "c0"), ("email", "ana@example.cl")))
    program = caller()
    assert len(walk(program, "/persons?limit=2")) == 5


def test_organizations_are_listed_with_their_contacts(caller):
    from recorrido.people.models import Organization

    for name in ("Andes SpA", "Bosque Ltda", "Cobre SA"):
        Organization.objects.create(name=name)
    program = caller()
    assert [one["name"] for one in walk(program, "/organizations?limit=2")] == [
        "Andes SpA",
        "Bosque Ltda",
        "Cobre SA",
    ]
    (found,) = program.get("/organizations?q=bosque").json()["items"]
    told = program.get(f"/organizations/{found['id']}").json()
    assert (told["name"], told["people"], told["contacts"]) == ("Bosque Ltda", [], 0)
    assert program.get("/organizations/999").status_code == 404


def test_a_merged_id_answers_with_the_person_of_today_and_says_so(caller):
    happen("page", who=(("anonymous", "a1"),))
    happen("page", who=(("customer", "c1"),))
    program = caller()
    old, young = sorted(one["person_id"] for one in program.get("/events").json()["items"])
    happen("login", who=(("customer", "c1"), ("anonymous", "a1")))
    told = program.get(f"/persons/{young}").json()
    assert (told["id"], told["asked"], told["merged"], told["earlier_ids"]) == (old, young, True, [young])
    assert program.get(f"/persons/{old}").json()["merged"] is False
    assert len(program.get(f"/persons/{young}/links").json()["items"]) == 1
    assert [one["kind"] for one in program.get(f"/persons/{young}/history").json()["items"]] == ["merged"]


def test_a_persons_events_come_newest_first_page_by_page(caller):
    for hour in range(5):
        happen(f"t{hour}", at=AT.replace(hour=hour))
    program = caller()
    person = program.get("/events").json()["items"][0]["person_id"]
    assert [one["type"] for one in walk(program, f"/persons/{person}/events?limit=2")] == [
        "t4",
        "t3",
        "t2",
        "t1",
        "t0",
    ]


@pytest.mark.parametrize("path", ["/persons/999", "/persons/999/events", "/persons/999/links", "/events/999"])
def test_what_nobody_knows_is_not_found(caller, path):
    assert caller().get(path).status_code == 404


def test_the_same_answer_is_not_sent_twice(caller):
    happen("page")
    program = caller()
    first = program.get("/events")
    again = program.get("/events", headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    happen("page")
    assert program.get("/events", headers={"if-none-match": first["ETag"]}).status_code == 200


def test_reading_asks_as_often_for_a_hundred_events_as_for_one(caller, django_assert_num_queries):
    program = caller()
    # From here on: over the ids that other tests used up it would ask once more for the first event.
    here = program.get("/events?after=latest").json()["next"]
    happen(*["page"] * 100, who=(("email", "ana@example.cl"),))
    for limit in (1, 100):
        with django_assert_num_queries(5):  # events, objects, sources, persons, identifiers
            assert len(program.get(f"/events?limit={limit}&after={here}").json()["items"]) == limit


def test_finding_persons_asks_as_often_for_many_as_for_one(caller, django_assert_num_queries):
    program = caller()
    happen("page", who=(("email", "ana@example.cl"),))
    program.get("/health")
    happen(*["page"] * 3, who=(("email", "eva@example.cl"),))
    for limit in (1, 50):
        with django_assert_num_queries(3):  # persons, attributes, identifiers
            assert program.get(f"/persons?limit={limit}").json()["items"]


SECRETS = ("ana@example.cl", "56912345678", "912345678", "c-4711", "sin@leer", "otra@example.com")


def leak() -> int:
    """An event whose properties repeat its identifiers, in every shape; the person's id."""
    who = (
        ("email", "ana@example.cl"),
        ("phone", "+56912345678"),
        ("customer", "c-4711"),
        ("phone", "sin@leer"),
    )
    happen(
        "order.placed",
        who=who,
        note="write to Ana@Example.CL or otra@example.com",
        nested={"deep": ["c-4711", {"ANA@example.cl": True}], "tel": 912345678, "written": "+56 9 1234 5678"},
        amount=42_000,
        placed="2026-03-01 15:00:00",
    )
    from recorrido.people.queries import person_of

    person = person_of("email", "ana@example.cl")
    assert person is not None
    return person


def test_a_key_without_the_scope_sees_no_identifier_through_any_address(caller):
    person = leak()
    program = caller("read:events", "read:journeys", "write:events", "manage:webhooks")
    told = "".join(program.get(path).content.decode() for path in addresses(person)).casefold()
    assert [secret for secret in SECRETS if secret in told] == []
    assert "42000" in told and "2026-03-01 15:00:00" in told


def addresses(person: int) -> list[str]:
    """Every address one can read, with values that lead to the event."""
    paths = [
        path.removeprefix("/api/v1") for path, methods in document()["paths"].items() if "get" in methods
    ]
    numbers = dict.fromkeys(("event_id", "endpoint_id", "organization_id", "incident_id"), 1)
    given = {"person_id": person, "kind": "order", "external_id": "A/7", "value": "x", "row": 0} | numbers
    found = [path.format(**given) for path in paths]
    return [*found, "/persons?q=ana@example.cl", "/events?type=order.placed", "/journeys?q=ana"]


def test_a_key_without_the_scope_cannot_have_identifiers_sent_to_it(caller):
    leak()
    sly = caller("manage:webhooks", "read:events")
    asked = {"url": "https://evil.example/", "event_types": ["*"], "with_identifiers": True}
    assert sly.send("/webhooks", asked).status_code == 403
    made = (
        caller(name="honest").send("/webhooks", asked | {"url": "https://shop.example/"}).json()["endpoint"]
    )
    for change in ({"url": "https://evil.example/"}, {"with_identifiers": False}):
        assert sly.send(f"/webhooks/{made['id']}", change, method="patch").status_code == 403


def test_a_key_with_the_scope_sees_properties_as_they_came(caller):
    leak()
    (told,) = caller().get("/events").json()["items"]
    assert "912345678" in json.dumps(told["properties"])


def test_what_others_write_meanwhile_is_neither_skipped_nor_read_twice(caller):
    """A slow writer takes its ids first and commits last: the ledger ends before them until then."""
    happen("page")
    program, begun, free = caller(), Event(), Event()

    def write_slowly() -> None:
        with transaction.atomic():
            happen("slow", who=(("customer", "slow"),))
            begun.set()
            free.wait(10)
        connection.close()

    thread = Thread(target=write_slowly)
    thread.start()
    begun.wait(10)
    happen("quick", who=(("customer", "quick"),))
    first = program.get("/events").json()
    free.set()
    thread.join()
    rest = program.get("/events", {"after": first["next"]}).json()
    types = [one["type"] for one in first["items"] + rest["items"]]
    assert sorted(types) == ["page", "quick", "slow"]
