"""Webhook endpoints as a program manages them."""

from __future__ import annotations

import pytest

from recorrido.company.models import AuditEntry
from recorrido.connectors.webhooks.models import Delivery

pytestmark = pytest.mark.django_db
ASKED = {"url": "https://shop.example/hooks", "event_types": ["order.*"]}


@pytest.fixture
def program(caller):
    return caller("manage:webhooks")


@pytest.fixture
def made(program) -> str:
    """The address of an endpoint with one message that waits."""
    told = program.send("/webhooks", ASKED).json()
    address = f"/webhooks/{told['endpoint']['id']}"
    program.send(f"{address}/test", {})
    return address


def test_an_endpoint_is_made_changed_stopped_started_and_deleted(program, made):
    changed = program.send(made, {"description": "Tienda"}, method="patch").json()
    assert (changed["description"], changed["url"], changed["event_types"]) == (
        "Tienda",
        ASKED["url"],
        ["order.*"],
    )
    assert program.send(f"{made}/disable", {}).json()["reason"] == "by_hand"
    assert program.send(f"{made}/enable", {}).json()["state"] == "active"
    assert program.delete(made).status_code == 204
    assert program.get(made).status_code == 404


def test_a_secret_is_shown_when_it_is_made_and_never_again(program, made):
    secret = program.send(f"{made}/rotate", {}).json()["secret"]
    assert secret.startswith("whsec_")
    assert secret not in program.get(made).content.decode() + program.get("/webhooks").content.decode()


def test_deliveries_are_listed_by_state_and_one_is_sent_again(program, made):
    assert program.get(f"{made}/deliveries?state=failed").json()["items"] == []
    (found,) = program.get(f"{made}/deliveries").json()["items"]
    Delivery.objects.update(state="failed", next_at=None, tries=10)
    again = program.send(f"/deliveries/{found['id']}/replay", {}).json()
    assert (again["state"], again["tries"], again["message_id"]) == ("waiting", 0, found["message_id"])


def test_a_period_is_sent_again_what_failed_or_everything(program, made):
    period = {"since": "2020-01-01T00:00:00Z"}
    Delivery.objects.update(state="delivered", next_at=None)
    assert program.send(f"{made}/replay", period).json() == {"deliveries": 0}
    early = period | {"until": "2020-02-01T00:00:00Z", "everything": True}
    assert program.send(f"{made}/replay", early).json() == {"deliveries": 0}
    assert program.send(f"{made}/replay", period | {"everything": True}).json() == {"deliveries": 1}


def test_the_deliveries_are_walked_while_new_ones_come(program, made):
    program.send(f"{made}/test", {})
    first = program.get(f"{made}/deliveries?limit=1").json()
    program.send(f"{made}/test", {})
    second = program.get(f"{made}/deliveries", {"limit": 1, "after": first["next"]}).json()
    assert [one["id"] for one in first["items"] + second["items"]] == sorted(
        Delivery.objects.order_by("id").values_list("id", flat=True)[:2], reverse=True
    )
    assert second["next"] is None


@pytest.mark.parametrize(
    "url", ["https://127.0.0.1/", "https://169.254.169.254/latest", "http://shop.example/"]
)
def test_addresses_of_our_own_network_and_unencrypted_ones_are_forbidden(program, url):
    answer = program.send("/webhooks", ASKED | {"url": url})
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden_endpoint")


def test_what_a_key_does_is_written_down_with_its_name(program, made):
    program.send(f"{made}/disable", {})
    entries = AuditEntry.objects.filter(action__startswith="webhook.")
    assert {entry.detail["by key"] for entry in entries} == {"bi"}
