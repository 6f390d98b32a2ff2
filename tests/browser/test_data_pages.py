"""The data pages: fit their window, axe finds nothing serious, forms work without scripts, the bar asks for its mark."""

from __future__ import annotations

import pytest
from django.db import connection

from recorrido.events import actions
from recorrido.events.models import Alarm, Event, Quarantine
from recorrido.events.tests.making import event, record
from recorrido.shared import clock

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LOOKS = [("light", 1440), ("dark", 1024), ("light", 360)]


@pytest.fixture
def told(admin):
    """A ledger with a little of everything."""
    record(
        event("m1", properties={"amount": 7, "items": [{"sku": "S1"}]}, identifiers=(("customer", "C1"),)),
        event("m2", "Order Placed", properties={"order": "7"}),
        event("m3", channel="fax"),
    )
    while actions.count_events():
        pass
    actions.save_rule(
        actor=admin,
        rule=None,
        name="no fax",
        source=None,
        code="",
        type_pattern="",
        steps="channel phone",
        is_active=False,
    )
    schema = actions.add_schema(
        actor=admin, type_name="order.placed", text='{"required": ["amount"]}', policy="note"
    )
    actions.put_in_force(actor=admin, schema=schema, policy="note")
    facts = {"source": "shop", "hours": 3, "missed": 40}
    Alarm.objects.create(code="silent", subject="shop", severity="bad", facts=facts, seen_at=clock.now())


def pages():
    row, one = Quarantine.objects.get(), Event.objects.order_by("id").first()
    return [
        *("health/", f"health/sources/{row.source_id}/", "health/alarms/"),
        f"health/sources/{row.source_id}/without-person/{one.type_id}/",
        *(
            "quarantine/",
            f"quarantine/{row.id}/",
            "quarantine/rules/",
            "quarantine/rules/new/",
            "quarantine/jobs/",
        ),
        *("types/", f"types/{one.type_id}/", f"types/{one.type_id}/schemas/new/", "types/schemas/import/"),
        *("types/remappings/", "types/remappings/new/", "types/retention/", "types/retention/new/"),
        *("consumers/", "consumers/data-health/"),
    ]


def overflow(page) -> int:
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
def test_pages_fit_and_axe_finds_nothing_serious(
    open_signed_in, serious_problems, told, admin, scheme, width
):
    page = open_signed_in(admin, "/data/health/", width=width, color_scheme=scheme)
    for place in pages():
        page.goto(f"/data/{place}")
        assert (place, serious_problems(page), overflow(page)) == (place, [], 0)


def test_a_refused_event_is_mended_without_javascript(open_signed_in, told, admin):
    page = open_signed_in(
        admin, f"/data/quarantine/{Quarantine.objects.get().id}/", java_script_enabled=False
    )
    page.fill("[name=payload]", page.input_value("[name=payload]").replace('"fax"', '"phone"'))
    page.click("button[value=edit]")
    page.wait_for_selector(".message.success")
    connection.close()
    assert Event.objects.filter(channel="phone").count() == 1


def test_the_bar_shows_how_many_alarms_are_open(open_signed_in, told, admin):
    page = open_signed_in(admin, "/company/staff/")
    page.wait_for_selector(".alarm-mark")
    assert page.locator(".areas .alarm-mark [aria-hidden]").inner_text() == "1"
