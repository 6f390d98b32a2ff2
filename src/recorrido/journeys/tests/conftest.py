"""One ledger of some hundred orders for all tests that only read."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from recorrido.events.records import NewEvent
from recorrido.journeys.queries import Study, forget_answers, open_study
from recorrido.journeys.tests import ledgers

SHOP = Path(__file__).parent / "shop.yaml"
ORDERS = 400
DAYS = 150  # from 2 March 2026


@pytest.fixture(scope="module")
def shop(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[None]:
    """The journeys of a small shop, built from committed events; gone after the module."""
    from django.conf import settings
    from django.core.management import call_command

    before = settings.RECORRIDO_DATA
    settings.RECORRIDO_DATA = tmp_path_factory.mktemp("shop")
    with django_db_blocker.unblock():
        try:
            _fill()
            yield
        finally:
            call_command("flush", interactive=False, verbosity=0)
            settings.RECORRIDO_DATA = before
            forget_answers()


def _fill() -> None:
    luck = random.Random(7)
    events = [event for number in range(ORDERS) for event in _order(luck, number)]
    events.append(ledgers.event("page.viewed", DAYS + 40, order="still-open", weight=1))
    ledgers.record(*events)
    for kind in ("order", "purchase", "weighted"):
        ledgers.build(SHOP.read_text(), kind)


def _order(luck: random.Random, number: int) -> list[NewEvent]:
    """A visit, perhaps a check, perhaps an order that is shipped late or early, called about, given back."""
    start = luck.uniform(0, DAYS)
    steps = [("page.viewed", 0.0), ("page.viewed", luck.uniform(0, 2))]
    if luck.random() < 0.3:
        steps.append(("identity.asked", steps[-1][1] + 0.1))
    if luck.random() < 0.8:
        steps.append(("order.placed", steps[-1][1] + luck.uniform(0.1, 1)))
        steps += _after_order(luck, steps[-1][1])
    told = {
        "region": luck.choice(["RM", "VS", "X"]),
        "amount": luck.randrange(10, 90),
        "weight": 1 + number % 3,
    }
    return [_told(luck, number, kind, start + wait, told) for kind, wait in steps]


def _after_order(luck: random.Random, placed: float) -> list[tuple[str, float]]:
    steps = [("order.shipped", placed + luck.uniform(0.2, 4))]
    if luck.random() < 0.85:
        steps.append(("order.delivered", steps[-1][1] + luck.expovariate(0.4)))
    if luck.random() < 0.25:
        steps.append(("contact.received", steps[-1][1] + luck.uniform(0.1, 5)))
    if luck.random() < 0.4:
        steps.append(("survey.answered", steps[-1][1] + luck.uniform(0.1, 3)))
    return steps


def _told(luck: random.Random, number: int, kind: str, day: float, told: dict[str, object]) -> NewEvent:
    properties = dict(told)
    if kind == "survey.answered":
        properties["score"] = luck.randrange(1, 6)
    channel = {"page.viewed": luck.choice(["web", "app"]), "contact.received": "phone"}.get(kind)
    customer = f"c{number % 300}"  # some order again
    return ledgers.event(kind, day, customer=customer, order=f"o{number}", channel=channel, **properties)


@pytest.fixture
def study(shop, db) -> Study:
    return open_study("order")
