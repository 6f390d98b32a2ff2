"""All of Olist on the way a user takes it: import the tables, install the blueprint, build, ask; against the CSV files."""

from __future__ import annotations

from collections.abc import Iterator
from csv import DictReader
from pathlib import Path

import pytest

from recorrido.connectors.files.actions import import_files
from recorrido.connectors.files.parse import find_mapping
from recorrido.events.models import Event
from recorrido.journeys.actions import build_now, install_blueprint
from recorrido.journeys.blueprint import find_blueprint
from recorrido.journeys.queries import (
    Filters,
    Selection,
    forget_answers,
    journeys_behind,
    open_study,
    where_it_hurts,
)

FOLDER = Path("../shared/data/olist")
DELIVERED_WEIGHT = 18.65  # what an order of the sample stands for, see docs/import.md

pytestmark = [
    pytest.mark.real_data,
    pytest.mark.skipif(not FOLDER.is_dir(), reason="../shared/data/olist is not there"),
]


def rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / f"olist_{name}_dataset.csv").open(newline="", encoding="utf-8") as file:
        return list(DictReader(file))


def weight_of(order: dict[str, str]) -> float:
    return DELIVERED_WEIGHT if order["order_status"] == "delivered" else 1.0


def import_all(folder: Path):
    return import_files(
        actor=None,
        mapping=find_mapping("olist"),
        files=sorted(FOLDER.glob("*.csv")),
        rejects_file=folder / "rejects.csv",
    )


@pytest.fixture(scope="module")
def olist(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[Path]:
    """The marketplace imported and built, from committed events; gone after the module."""
    from django.conf import settings
    from django.core.management import call_command

    before = settings.RECORRIDO_DATA
    settings.RECORRIDO_DATA = tmp_path_factory.mktemp("olist")
    with django_db_blocker.unblock():
        try:
            import_all(settings.RECORRIDO_DATA)
            source = find_blueprint("olist").read_text(encoding="utf-8")
            install_blueprint(source=source, file_name="olist.yaml", actor=None)
            for journey_type in ("order", "customer"):
                build_now(journey_type=journey_type, actor=None)
            yield settings.RECORRIDO_DATA
        finally:
            call_command("flush", interactive=False, verbosity=0)
            settings.RECORRIDO_DATA = before
            forget_answers()


def late_at(step: str):
    """What the page says of a step, and how many rows stand behind it."""
    study = open_study("order")
    hurt = next(hurt for hurt in where_it_hurts(study, Filters()).steps if hurt.step == step)
    behind = journeys_behind(study, Filters(), hurt.late.selection).total
    assert (behind.count, behind.weighted) == (hurt.late.count, pytest.approx(hurt.late.weighted))
    return hurt.late


def test_every_order_is_a_journey_and_its_weight_is_kept(olist, db):
    orders, total = rows("orders"), journeys_behind(open_study("order"), Filters(), Selection("all")).total
    assert total.count == len(orders) == 8_135
    assert total.weighted == pytest.approx(sum(map(weight_of, orders)))
    assert round(total.weighted) == 99_421


def test_late_deliveries_are_those_after_the_promised_day(olist, db):
    late = [
        order
        for order in rows("orders")
        if order["order_delivered_customer_date"][:10] > order["order_estimated_delivery_date"][:10]
    ]
    found = late_at("order.delivered")
    assert found.count == len(late) == 343
    assert found.weighted == pytest.approx(sum(map(weight_of, late)))
    assert Event.objects.filter(type__name="order.delivered", properties__late=True).count() == len(late)


def test_late_hand_overs_are_those_after_the_first_limit_of_the_items(olist, db):
    limits: dict[str, str] = {}
    for item in rows("order_items"):
        limits[item["order_id"]] = min(limits.get(item["order_id"], "9"), item["shipping_limit_date"])
    handed = [order for order in rows("orders") if order["order_id"] in limits]
    late = [order for order in handed if order["order_delivered_carrier_date"] > limits[order["order_id"]]]
    found = late_at("order.shipped")
    assert found.count == len(late) == 606
    assert found.weighted == pytest.approx(sum(map(weight_of, late)))


def test_customers_are_weighted_and_every_one_of_them_has_a_journey(olist, db):
    people = {row["customer_unique_id"] for row in rows("customers")}
    study = open_study("customer")
    assert study.log.has_weights
    assert len(study.log.attributes["person"].unique()) == len(people)


def test_a_second_run_changes_nothing(olist, db):
    events, journeys = Event.objects.count(), open_study("order").log.map()
    import_all(olist)
    again = build_now(journey_type="order", actor=None)
    assert (Event.objects.count(), again.journeys) == (events, 8_135)
    assert open_study("order").log.map() == journeys
