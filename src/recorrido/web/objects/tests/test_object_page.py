"""The map of several objects, from the ledger to the page."""

from __future__ import annotations

import pytest
from django.test import Client

from recorrido.events.models import EventObject, ObjectRef
from recorrido.journeys.actions import build_now
from recorrido.journeys.analyses.actions import carry_out, request_analysis, request_scheduled
from recorrido.journeys.models import BuildReason
from recorrido.journeys.objects.ledger import KIND
from recorrido.journeys.queries import open_study
from recorrido.web.tests.links import body, rows_of_csv

pytestmark = pytest.mark.django_db
PAGE = "/journeys/objects/?type=purchase"


@pytest.fixture
def reader(aromo) -> Client:
    client = Client()
    client.force_login(aromo["analyst"])
    return client


@pytest.fixture
def worked_out(reader):
    analysis = request_analysis(study=open_study("purchase"), kind=KIND, actor=None)
    carry_out(analysis.id)
    analysis.refresh_from_db()
    return analysis.result


def test_the_page_offers_to_work_it_out(reader):
    assert f'value="{KIND}"' in body(reader, PAGE)


def test_one_map_is_worked_out_by_itself_and_serves_all_types_of_journeys(reader):
    (asked,) = [one for one in request_scheduled() if one.kind == KIND]
    carry_out(asked.id)
    assert asked.journey_type == open_study("purchase").blueprint.default_journey
    build_now(journey_type="order", actor=None, reason=BuildReason.MANUAL)
    for journeys in ("purchase", "order"):
        assert "jm-kind-" in body(reader, f"/journeys/objects/?type={journeys}")


def test_the_map_holds_every_object_of_the_ledger_that_a_step_touches(worked_out):
    told = {one["type"]: one["objects"] for one in worked_out["map"]["types"]}
    orders = ObjectRef.objects.filter(kind="order")
    touched = EventObject.objects.filter(object__in=orders).values("object_id").distinct().count()
    assert told["order"] == touched


def test_events_that_touch_no_object_are_counted(worked_out):
    assert worked_out["map"]["events"] > worked_out["map"]["untouched"] > 0


def test_kinds_can_be_chosen_and_rare_flows_left_away(reader, worked_out):
    all_rows = rows_of_csv(reader, _address(reader, f"{PAGE}&kind=order&kind=return&least=0"))
    some = rows_of_csv(reader, _address(reader, f"{PAGE}&kind=order&least=20"))
    assert {row[0] for row in all_rows} == {"order", "return"}
    assert {row[0] for row in some} == {"order"} and len(some) < len(all_rows)


def test_a_flow_names_some_of_its_objects(reader, worked_out):
    page = body(reader, f"{PAGE}&kind=return")
    assert "/people/object/return/" in page and "jm-kind-" in page


def test_the_page_asks_little_of_the_database(reader, worked_out, django_assert_max_num_queries):
    address = _address(reader, PAGE)
    with django_assert_max_num_queries(18):
        assert reader.get(address).status_code == 200


def _address(client: Client, page: str) -> str:
    asked = client.get(page, follow=True).request
    return f"{asked['PATH_INFO']}?{asked['QUERY_STRING']}"
