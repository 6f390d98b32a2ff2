from __future__ import annotations

import pytest

from recorrido.company.models import AuditEntry
from recorrido.connectors.webhooks import actions
from recorrido.connectors.webhooks.models import Delivery, DeliveryAttempt, Endpoint, EndpointSecret, Message
from recorrido.connectors.webhooks.tests.telling import HAND, listen
from recorrido.shared import clock

pytestmark = pytest.mark.django_db
NEW = {"url": "https://shop.example/hooks", "description": "Tienda", "event_types": "order.*\nperson.merged"}


def tell(endpoint: Endpoint, number: int, *, state: str = "delivered") -> Delivery:
    """A message that was on its way to an endpoint."""
    for count in range(number):
        message = Message.objects.create(
            public_id=f"msg_{state}{count}",
            origin=f"o:{state}{count}",
            type="order.placed",
            payload='{"type":"order.placed"}',
        )
        delivery = Delivery.objects.create(message=message, endpoint=endpoint, state=state)
    return delivery


def test_an_administrator_makes_an_endpoint_and_sees_its_secret_once(signed_in, admin):
    client = signed_in(admin)
    answer = client.post("/data/webhooks/new/", NEW)
    secret = EndpointSecret.objects.get().secret
    assert secret in answer.content.decode() and "no-store" in answer["Cache-Control"]
    endpoint = Endpoint.objects.get()
    assert (endpoint.event_types, endpoint.created_by) == (["order.*", "person.merged"], admin)
    assert secret not in client.get(f"/data/webhooks/{endpoint.pk}/").content.decode()
    assert AuditEntry.objects.filter(action="webhook.created", actor=admin).count() == 1


@pytest.mark.parametrize(
    "wrong",
    [{"url": "shop"}, {"url": "http://shop.example/"}, {"url": "https://169.254.169.254/"}, {"url": "https://a:b@shop.example/"},
     {"event_types": " \n "}, {"event_types": "a*b"}, {"event_types": "x" * 121}, {"description": "x" * 201}],
)  # fmt: skip
def test_a_form_with_a_mistake_comes_back_with_a_sentence(signed_in, admin, wrong):
    answer = signed_in(admin).post("/data/webhooks/new/", NEW | wrong)
    assert answer.status_code == 422
    assert answer.context["form"].errors and not Endpoint.objects.exists()


@pytest.mark.parametrize("role", ["analyst", "cx_lead", "agent"])
def test_other_roles_see_and_change_nothing(signed_in, make_staff, role):
    endpoint = listen("*")
    client = signed_in(make_staff(role))
    assert client.get("/data/webhooks/").status_code == 403
    for verb in ("test", "rotate", "enable", "disable", "remove", "replay", "discard"):
        assert client.post(f"/data/webhooks/{endpoint.pk}/{verb}/").status_code == 403


def test_every_button_of_an_endpoint_works_and_is_written_down(signed_in, admin):
    endpoint, client = listen("*"), signed_in(admin)
    for verb in ("test", "disable", "enable", "replay", "discard"):
        answer = client.post(
            f"/data/webhooks/{endpoint.pk}/{verb}/", {"since": "2026-01-01T00:00"}, follow=True
        )
        assert answer.status_code == 200 and list(answer.context["messages"])
    assert client.post(f"/data/webhooks/{endpoint.pk}/rotate/").status_code == 200
    client.post(f"/data/webhooks/{endpoint.pk}/remove/")
    done = set(AuditEntry.objects.filter(actor=admin).values_list("action", flat=True))
    verbs = {"tested", "disabled", "enabled", "replayed", "discarded", "secret_rotated", "deleted"}
    assert done == {f"webhook.{verb}" for verb in verbs}
    assert client.get(f"/data/webhooks/{endpoint.pk}/").status_code == 404


def test_an_endpoint_is_edited(signed_in, admin):
    endpoint, client = listen("*"), signed_in(admin)
    client.post(f"/data/webhooks/{endpoint.pk}/edit/", NEW | {"with_identifiers": "on"})
    endpoint.refresh_from_db()
    assert (endpoint.description, endpoint.with_identifiers) == ("Tienda", True)


def test_an_endpoint_that_stopped_by_itself_says_why(signed_in, admin):
    endpoint = listen("*")
    Endpoint.objects.update(state="disabled", reason="gone", disabled_at=clock.now())
    page = signed_in(admin).get(f"/data/webhooks/{endpoint.pk}/").content.decode()
    assert "410" in page


def test_a_delivery_shows_its_tries_and_is_sent_again(signed_in, admin):
    delivery, client = tell(listen("*"), 1, state="failed"), signed_in(admin)
    DeliveryAttempt.objects.create(
        delivery=delivery, at=clock.now(), status=500, code="answered", milliseconds=12, excerpt="<b>no</b>"
    )
    page = client.get(f"/data/webhooks/deliveries/{delivery.pk}/").content.decode()
    assert "&lt;b&gt;no&lt;/b&gt;" in page and "order.placed" in page
    client.post(f"/data/webhooks/deliveries/{delivery.pk}/replay/")
    delivery.refresh_from_db()
    assert (delivery.state, delivery.tries) == ("waiting", 0)


def test_a_period_is_sent_again_what_failed_or_everything(signed_in, admin):
    endpoint, client = listen("*"), signed_in(admin)
    tell(endpoint, 2, state="failed")
    tell(endpoint, 3)
    address, year = f"/data/webhooks/{endpoint.pk}/replay/", {"since": "2020-01-01T00:00"}
    client.post(address, year | {"until": "2020-06-01T00:00"})
    assert not Delivery.objects.filter(state="waiting").exists()
    client.post(address, year)
    assert Delivery.objects.filter(state="waiting").count() == 2
    client.post(address, year | {"everything": "on"})
    assert Delivery.objects.filter(state="waiting").count() == 5
    wrong = client.post(address, year | {"until": "2019-01-01T00:00"})
    assert wrong.status_code == 422 and wrong.context["period"].errors


def test_the_endpoints_need_few_queries_and_are_a_file_too(signed_in, admin, django_assert_num_queries):
    endpoints = [listen("*", url=f"https://shop.example/{number}") for number in range(20)]
    tell(endpoints[0], 3)
    tell(endpoints[1], 2, state="failed")
    client = signed_in(admin)
    with django_assert_num_queries(4):  # session, signed-in staff, endpoints, their tallies
        client.get("/data/webhooks/")
    assert client.get("/data/webhooks/?format=csv").content.decode().count("\n") == 21


def test_the_messages_go_back_page_by_page_with_few_queries(signed_in, admin, django_assert_num_queries):
    endpoint = listen("*")
    tell(endpoint, 60, state="failed")
    tell(endpoint, 3)
    client = signed_in(admin)
    with django_assert_num_queries(4):  # session, signed-in staff, deliveries, endpoints to choose from
        first = client.get("/data/webhooks/deliveries/?state=failed").context["page"]
    second = client.get(f"/data/webhooks/deliveries/?state=failed&after={first.next_after}").context["page"]
    assert (len(first.rows), len(second.rows)) == (50, 10)
    assert (
        client.get("/data/webhooks/deliveries/?state=failed&format=csv").content.decode().count("msg_failed")
        == 60
    )


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("q=msg_failed1", 1),
        ("q=order", 5),
        ("q=nothing", 0),
        ("endpoint=9999", 5),
        ("endpoint=x", 5),
        ("state=no", 5),
        ("state=failed", 2),
    ],
)
def test_messages_are_searched(signed_in, admin, query, count):
    endpoint = listen("*")
    tell(endpoint, 2, state="failed")
    tell(endpoint, 3)
    assert len(signed_in(admin).get(f"/data/webhooks/deliveries/?{query}").context["page"].rows) == count


def test_a_hundred_endpoints_are_enough(signed_in, admin):
    for number in range(100):
        actions.create_endpoint(hand=HAND, url=f"https://shop.example/{number}", event_types=["*"])
    assert signed_in(admin).post("/data/webhooks/new/", NEW).status_code == 422
