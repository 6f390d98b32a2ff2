"""Small shops whose answers can be worked out by hand, and plain twins of what what-if compares."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from pathlib import Path

import trayecto
from trayecto.blueprint import read_blueprint
from trayecto.designed import build_designed
from trayecto.log.journeylog import JourneyLog

START = datetime.datetime(2026, 3, 2, 10, tzinfo=datetime.UTC)
BLUEPRINT = """\
blueprint: shop
time_zone: UTC
departments: {shop: {}, desk: {}}
touchpoints:
  gate.asked: {event: gate.asked, stage: checkout, owner: shop, gate: {origin: policy}}
  order: {event: order, stage: payment, owner: shop}
  pack: {event: pack, stage: delivery, owner: shop}
  ready: {event: ready, stage: delivery, owner: shop}
  notice: {event: notice, stage: delivery, owner: shop, nature: advice, direction: outbound}
  delivered: {event: delivered, stage: delivery, owner: shop, promise: {within: 5d, since: order}}
  call: {event: call, stage: service, owner: desk, nature: support}
  survey: {event: survey, stage: loyalty, owner: desk}
demand:
  - {when: {reason: wrong_item}, born_at: pack}
journeys:
  purchase:
    key: person
    goal: delivered
    boundaries: {anchor: order, before: 10d, close: delivered, after: 20d, gap: 10d}
    attributes:
      delivery: {first: delivery, of: order, segment: yes}
      region: {first: region, of: order, segment: yes}
      amount: {total: amount, of: order}
      score: {last: score, of: survey, type: number}
    value: amount
    satisfaction: score
"""
VALUES = "currency: CLP\nmargin: {share: 0.5}\ncontact: {any: 1000}\n"
COLUMNS = ("person", "event", "at", "delivery", "region", "amount", "reason", "score")


class Shop:
    """Events one by one: ``day`` counts from the start, with fractions."""

    def __init__(self) -> None:
        self.rows: list[dict[str, object]] = []

    def tell(self, person: object, event: str, day: float, **more: object) -> None:
        at = (START + datetime.timedelta(days=day)).isoformat()
        self.rows.append({"person": f"p{person}", "event": event, "at": at, **more})

    def order(self, person: object, day: float, takes: float = 2.0, delivery: str = "ship") -> None:
        """Worth 100, delivered after so many days."""
        self.tell(person, "order", day, delivery=delivery, region="north", amount=100)
        self.tell(person, "delivered", day + takes)

    def log(self, folder: Path, values: str | None = VALUES) -> JourneyLog:
        self.tell("nobody", "survey", 120.0)  # so that all orders have been seen for as long
        file = folder / "events.csv"
        lines = [",".join(str(row.get(name, "")) for name in COLUMNS) for row in self.rows]
        file.write_text("\n".join([",".join(COLUMNS), *lines]), encoding="utf-8")
        events = trayecto.read_events(str(file), journey="", step="event", tz="UTC")
        texts = {"values": values} if values else {}
        return build_designed(events, folder / "log", blueprint=read_blueprint(BLUEPRINT), texts=texts)[0]


def slow_difference(rows: Iterable[tuple[float, int, int]]) -> float:
    """(value, group, cell) → the difference within cells as Greenland and Robins weigh it."""
    rows, up, down = list(rows), 0.0, 0.0
    for cell in {row[2] for row in rows}:
        one, other = ([v for v, g, c in rows if c == cell and g == group] for group in (1, 0))
        if one and other:
            weight = len(one) * len(other) / (len(one) + len(other))
            up += weight * (sum(one) / len(one) - sum(other) / len(other))
            down += weight
    return up / down if down else 0.0


def slow_ratio(rows: Iterable[tuple[bool, int, int]]) -> float:
    """(event, group, cell) → Mantel and Haenszel's ratio of risks."""
    rows, up, down = list(rows), 0.0, 0.0
    for cell in {row[2] for row in rows}:
        one, other = ([e for e, g, c in rows if c == cell and g == group] for group in (1, 0))
        whole = len(one) + len(other)
        up += sum(one) * len(other) / whole
        down += sum(other) * len(one) / whole
    return up / down if up > 0 and down > 0 else 1.0
