"""The orders of a real marketplace through the door of the browser: guessed without help, and counted by hand."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from recorrido.connectors.files.models import UploadState
from recorrido.connectors.files.tests.uploading import bring, check, confirm
from recorrido.connectors.files.uploads import actions

pytestmark = [pytest.mark.django_db, pytest.mark.real_data, pytest.mark.usefixtures("data_folder")]
ORDERS = Path("../shared/data/olist/olist_orders_dataset.csv")
STEPS = {
    "order_purchase_timestamp": "order.placed",
    "order_approved_at": "payment.approved",
    "order_delivered_carrier_date": "order.shipped",
    "order_delivered_customer_date": "order.delivered",
}


@pytest.fixture
def content() -> bytes:
    if not ORDERS.is_file():
        pytest.skip(f"{ORDERS} is not here")
    return ORDERS.read_bytes()


def test_the_orders_of_olist_are_understood_without_help(admin, content):
    upload = confirm(admin, bring(admin, ORDERS.name, content))
    answers = actions.answers_of(upload)
    assert (answers.shape, answers.key) == ("dates", "order_id")
    assert {column.name: column.event for column in answers.dates} == STEPS
    assert [column.name for column in answers.of_role("promise")] == ["order_estimated_delivery_date"]


def test_every_date_of_olist_makes_its_event(admin, content):
    rows = list(csv.DictReader(content.decode().splitlines()))
    upload = check(admin, confirm(admin, bring(admin, ORDERS.name, content)), zone="America/Sao_Paulo")
    found = actions.check_of(upload)
    assert (upload.state, found.rows, found.rejected) == (UploadState.CHECKED, len(rows), 0)
    assert {made.type: made.made for made in found.made} == {
        event: sum(bool(row[column]) for row in rows) for column, event in STEPS.items()
    }
