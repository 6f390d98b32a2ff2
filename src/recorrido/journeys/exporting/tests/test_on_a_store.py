"""The same on an object store: an S3 server of this machine."""

from __future__ import annotations

import random

import pytest
from tests.trayecto.object_store import BUCKET, KEYS, s3_server

from recorrido.events.actions import run_retention, save_retention_rule
from recorrido.events.models import RetentionRule
from recorrido.journeys.actions import build_now, install_blueprint
from recorrido.journeys.exporting.actions import export_events
from recorrido.journeys.exporting.errors import ExportFailed
from recorrido.journeys.exporting.tests.exported import files, in_one_piece, in_shards, rows
from recorrido.journeys.tests.conftest import SHOP
from recorrido.journeys.tests.fresh_logs import log_of, said_by
from recorrido.journeys.tests.ledgers import START, event, record
from recorrido.journeys.tests.some_orders import record_some
from recorrido.shared import clock
from trayecto.stores import brought, remote

pytest.importorskip("s3fs")
pytestmark = pytest.mark.django_db(transaction=True)  # only what is committed is exported
PLACE = f"s3://{BUCKET}/events"


@pytest.fixture(autouse=True)
def _store(monkeypatch, tmp_path):
    with s3_server() as port:
        address = {
            "FSSPEC_S3_ENDPOINT_URL": f"http://127.0.0.1:{port}",
            "TRAYECTO_CACHE": str(tmp_path / "kept"),
        }
        for name, value in (KEYS | address).items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(remote, "PAUSE", 0.01)
        yield


def test_a_log_of_events_on_a_store_says_what_the_products_own_log_says(data_folder, tmp_path):
    install_blueprint(source=SHOP.read_text(), file_name="shop.yaml", actor=None)
    for seed in (1, 2):
        record_some(random.Random(seed), 30)
        export_events(destination=PLACE)
    build_now(journey_type="order", actor=None)
    whole = in_one_piece(PLACE, "order", tmp_path / "whole")
    shards = in_shards(PLACE, "order", f"s3://{BUCKET}/order.log")
    assert said_by(whole) == said_by(shards) == said_by(log_of("order"))


def test_what_retention_takes_out_is_gone_from_the_store_at_once(admin):
    record(event("a", -400, amount=1), event("b", 0, amount=2))
    export_events(destination=PLACE)
    before = files(PLACE)
    save_retention_rule(actor=admin, kind=RetentionRule.EMPTY, source=None, type_pattern="", months=12)
    with clock.frozen(START):
        run_retention()
    export_events(destination=PLACE)
    assert [row["properties.amount"] for _id, row in sorted(rows(PLACE).items())][:2] == [None, "2"]
    (gone,) = before - files(PLACE)
    with pytest.raises(Exception, match="no such file"), brought(gone):
        pass


def test_a_bucket_that_is_not_there_is_named():
    record(event("a"))
    with pytest.raises(ExportFailed, match="nowhere"):
        export_events(destination="s3://nowhere/events")
