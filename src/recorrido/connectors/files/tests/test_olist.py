from __future__ import annotations

from collections import Counter
from csv import DictReader
from pathlib import Path

import pytest

from recorrido.connectors.files.actions import import_files
from recorrido.connectors.files.parse import find_mapping
from recorrido.events.models import Event, ObjectRef
from recorrido.events.queries import count_by_type
from recorrido.people.models import Identifier

FOLDER = Path("../shared/data/olist")

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.real_data,
    pytest.mark.skipif(not FOLDER.is_dir(), reason="../shared/data/olist is not there"),
]


def rows(name):
    with (FOLDER / f"olist_{name}_dataset.csv").open(newline="", encoding="utf-8") as file:
        return list(DictReader(file))


def load(tmp_path):
    files = sorted(FOLDER.glob("*.csv"))
    return import_files(
        actor=None, mapping=find_mapping("olist"), files=files, rejects_file=tmp_path / "r.csv"
    )


def expected():
    """Counted by the csv module from the files themselves."""
    orders, reviews = rows("orders"), rows("order_reviews")
    statuses = Counter(order["order_status"] for order in orders)
    dated = {
        "order.placed": "order_purchase_timestamp",
        "payment.approved": "order_approved_at",
        "order.shipped": "order_delivered_carrier_date",
        "order.delivered": "order_delivered_customer_date",
    }
    return {type_: sum(bool(order[column]) for order in orders) for type_, column in dated.items()} | {
        "survey.sent": len(reviews),
        "survey.answered": len(reviews),
        "order.cancelled": statuses["canceled"],
        "order.unavailable": statuses["unavailable"],
    }


def test_all_tables_are_imported_whole_and_a_second_run_changes_nothing(tmp_path):
    summary = load(tmp_path)
    names = [
        "orders",
        "order_items",
        "order_payments",
        "order_reviews",
        "customers",
        "sellers",
        "products",
        "geolocation",
    ]
    assert {t.read for t in summary.tables} == {len(rows(name)) for name in names}
    assert all(t.read == t.rejected + t.used + t.enriching + t.unused for t in summary.tables)
    assert all(r.rows == r.other_condition + r.without_time + r.rejected + r.made for r in summary.rules)
    assert (summary.rejected, summary.quarantined, sum(t.unused for t in summary.tables)) == (0, 0, 0)
    assert count_by_type() == expected()

    people = {row["customer_unique_id"] for row in rows("customers")}
    assert set(Identifier.objects.values_list("value", flat=True)) == people
    for kind, column in (("product", "product_id"), ("seller", "seller_id")):
        named = {row[column] for row in rows("order_items")}
        assert set(ObjectRef.objects.filter(kind=kind).values_list("external_id", flat=True)) == named

    weights = Counter(
        Event.objects.filter(type__name="order.placed").values_list("properties__weight", flat=True)
    )
    assert weights == {1: 2963, 18.65: 5172}
    assert Event.objects.filter(type__name="survey.sent", date_only=False).count() == 0

    again = load(tmp_path)
    assert (again.recorded, again.duplicates, count_by_type()) == (0, summary.recorded, expected())
