"""A log that trayecto builds from the export says what the product's own log says: every journey, to the event."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

from recorrido.company.models import Role, Staff
from recorrido.events.actions import ensure_source, record_events
from recorrido.events.records import NewEvent
from recorrido.journeys.actions import build_now, install_blueprint
from recorrido.journeys.exporting.actions import export_events
from recorrido.journeys.exporting.tests.exported import in_one_piece, in_shards
from recorrido.journeys.tests.conftest import SHOP
from recorrido.journeys.tests.fresh_logs import KINDS, log_of, said_by
from recorrido.journeys.tests.ledgers import START
from recorrido.journeys.tests.some_orders import join_or_part, record_some

pytestmark = pytest.mark.django_db

TIER = "      region: {first: region, segment: yes}\n"


@pytest.fixture(scope="module")
def exported(django_db_setup, django_db_blocker, tmp_path_factory):
    """A ledger of all there is: two systems, dates, events of two orders and of none, persons joined and parted."""
    before, settings.RECORRIDO_DATA = settings.RECORRIDO_DATA, tmp_path_factory.mktemp("exported")
    with django_db_blocker.unblock():
        try:
            _fill(settings.RECORRIDO_DATA / "events")
            yield settings.RECORRIDO_DATA / "events"
        finally:
            call_command("flush", interactive=False, verbosity=0)
            settings.RECORRIDO_DATA = before


def _fill(folder: Path) -> None:
    luck = random.Random(5)
    Staff.objects.create(email="a@example.cl", name="A", role=Role.ADMIN)
    text = SHOP.read_text().replace(TIER, TIER + "      tier: {person: tier}\n      via: {first: channel}\n")
    install_blueprint(source=text, file_name="shop.yaml", actor=None)
    for _ in range(4):
        record_some(luck, 60)
        join_or_part(luck)
        export_events(destination=str(folder))
    record_events(source=ensure_source(name="shop"), events=[_odd(number, luck) for number in range(40)])
    export_events(destination=str(folder))
    for kind in KINDS:
        build_now(journey_type=kind, actor=None)


def _odd(number: int, luck: random.Random) -> NewEvent:
    """Two orders at once, or none; amounts that are no numbers; nobody's; the person's tier told by some."""
    orders = luck.sample([("order", f"o{one}") for one in range(60)], luck.randrange(3))
    return NewEvent(
        f"odd-{number}",
        luck.choice(["order.placed", "order.delivered", "survey.answered", "unknown.type"]),
        START.replace(hour=3) if luck.random() < 0.3 else START,
        channel="store",
        identifiers=(("customer", f"c{luck.randrange(30)}"),) if luck.random() < 0.8 else (),
        objects=(*orders, ("store", "S1")),
        properties={"amount": luck.choice([1.5, "many", None, True, {"a": [1]}]), "region": 'R "x",\n1', "weight": 2, "order": "x"},
        attributes={"tier": luck.choice(["gold", "blue"])},
        date_only=luck.random() < 0.3,
    )  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_a_log_of_exported_events_says_what_the_products_own_log_says(exported, tmp_path, kind):
    own = log_of(kind)
    whole, shards = (
        in_one_piece(exported, kind, tmp_path / "whole"),
        in_shards(exported, kind, tmp_path / "s"),
    )
    assert said_by(whole) == said_by(shards) == said_by(own)
    assert _answers(whole) == _answers(shards) == _answers(own)


def _answers(log):
    return [
        log.map().to_dict(),
        log.variants().to_dict(),
        log.funnel(["view", "placed", "delivered"]).to_dict(),
        log.durations("placed", "delivered").to_dict(),
    ]
