"""Filled ledgers with built journeys, for the tests of pages: committed, and gone when the test module ends."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path

from recorrido.company.models import Staff
from recorrido.events.records import NewEvent
from recorrido.journeys.queries import forget_answers
from recorrido.journeys.tests import ledgers
from recorrido.simulator import actions as simulator
from recorrido.simulator.parsing import load_scenario
from recorrido.simulator.scenario import resized

PASSWORD = "un-secreto-largo"
ROLES = ("admin", "cx_lead", "analyst", "agent", "store")

WEIGHTED = """\
blueprint: weighted
country: BR
time_zone: America/Sao_Paulo
currency: BRL
departments: {shop: {}, carriers: {}, service: {}}
touchpoints:
  placed: {event: order.placed, stage: checkout, owner: shop, importance: 5}
  shipped: {event: order.shipped, stage: delivery, owner: shop, nature: internal}
  delivered:
    event: order.delivered
    stage: delivery
    owner: carriers
    nature: internal
    importance: 5
    promise: {within: 6d, since: placed}
  packaging: {stage: delivery, owner: shop}
  call: {event: contact.received, stage: service, owner: service, nature: support}
  survey: {event: survey.answered, stage: loyalty, owner: service, time: date, importance: 1}
journeys:
  order:
    key: order
    goal: delivered
    weight: weight
    attributes:
      state: {first: state, segment: yes}
      amount: {first: amount, type: number}
      score: {last: score, of: survey, type: number}
    value: amount
    satisfaction: score
"""


@contextmanager
def filled(kind: str, folder: Path) -> Iterator[dict[str, Staff]]:
    """A data folder and a ledger with the journeys of ``kind`` ("aromo" or "weighted"); yields staff by role."""
    from django.conf import settings
    from django.core.management import call_command

    before = settings.RECORRIDO_DATA
    settings.RECORRIDO_DATA = folder
    forget_answers()
    try:
        FILLERS[kind]()
        yield {role: _staff(role) for role in ROLES}
    finally:
        call_command("flush", interactive=False, verbosity=0)
        settings.RECORRIDO_DATA = before
        forget_answers()


def _staff(role: str) -> Staff:
    staff = Staff(email=f"{role}@example.com", name=role.title(), role=role)
    staff.set_password(PASSWORD)
    staff.save()
    return staff


def _aromo() -> None:
    """The demo's retailer, small, with its faults."""
    simulator.feed(scenario=resized(load_scenario("aromo"), customers=1_200))
    source = (files("recorrido.journeys") / "blueprints" / "aromo.yaml").read_text(encoding="utf-8")
    ledgers.build(source, "purchase")
    ledgers.build(source, "return")


def _weighted() -> None:
    """Orders that stand for one to five orders each, as in a stratified sample."""
    luck = random.Random(11)
    ledgers.record(*(event for number in range(300) for event in _order(luck, number)))
    ledgers.build(WEIGHTED, "order")


def _order(luck: random.Random, number: int) -> list[NewEvent]:
    day = luck.uniform(0, 120)
    steps = [("order.placed", day), ("order.shipped", day + luck.uniform(0.3, 3))]
    if luck.random() < 0.8:
        steps.append(("order.delivered", steps[-1][1] + luck.expovariate(0.35)))
    if luck.random() < 0.2:
        steps.append(("contact.received", steps[-1][1] + luck.uniform(0.1, 2)))
    if luck.random() < 0.5:
        steps.append(("survey.answered", steps[-1][1] + luck.uniform(1, 3)))
    told = {"state": luck.choice(["SP", "RJ"]), "amount": luck.randrange(20, 300), "weight": 1 + number % 5}
    return [_event(luck, number, kind, when, told) for kind, when in steps]


def _event(luck: random.Random, number: int, kind: str, day: float, told: dict[str, object]) -> NewEvent:
    score = {"score": luck.randrange(1, 6)} if kind == "survey.answered" else {}
    channel = "phone" if kind == "contact.received" else "web" if kind == "order.placed" else None
    return ledgers.event(
        kind, day, customer=f"c{number}", order=f"o{number}", channel=channel, **told | score
    )


FILLERS = {"aromo": _aromo, "weighted": _weighted}
