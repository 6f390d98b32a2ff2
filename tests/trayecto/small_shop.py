"""A shop whose truth is written down here: orders that are late more often in the south, calls, and who orders again."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute
import pyarrow.parquet as pq

from trayecto.blueprint import read_blueprint
from trayecto.designed import build_designed
from trayecto.events.read import read_events

DAY, HOUR = 86_400_000_000, 3_600_000_000
BEGIN = int(datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC).timestamp()) * 1_000_000
PROMISED = 5  # days
WARM_UP = 60  # days of which only the orders that follow are kept

BLUEPRINT = """
blueprint: shop
title: Shop
country: CL
time_zone: UTC
currency: EUR
default_journey: order
departments: {sales: {label: Sales}, logistics: {label: Logistics}, service: {label: Service}}
touchpoints:
  order.placed: {label: Order, event: order.placed, stage: payment, owner: sales, importance: 4}
  order.delivered:
    {label: Delivered, event: order.delivered, stage: delivery, owner: logistics, nature: internal,
     importance: 3, promise: {within: 5d, since: order.placed}}
  order.sent:
    {label: Message, event: order.sent, stage: delivery, owner: service, nature: advice, direction: outbound,
     importance: 2, promise: {within: 1d, since: order.placed}}
  call: {label: Call, event: call, stage: service, owner: service, nature: support, importance: 2}
journeys:
  order:
    label: Order
    key: order
    goal: [order.delivered]
    attributes:
      region: {first: region, of: order.placed, segment: yes, label: Region}
      amount: {total: amount, of: order.placed, label: Amount}
    value: amount
"""
VALUES = "currency: EUR\nmargin: {share: {low: 0.3, expected: 0.4, high: 0.5}}\ncontact: {any: {low: 4, expected: 5, high: 6}}\n"


@dataclass(frozen=True)
class Shop:
    """``late``: probability in the north, the south has ``south`` more. ``calls``: how much more often somebody calls after a
    late order; ``again``: how much less often somebody orders again after one. ``slower``: days added to deliveries of orders
    from ``since`` (a day of the log) on; ``silent``: whether messages stop then."""

    orders: int = 3000
    days: int = 120
    late: float = 0.15
    south: float = 0.2
    calls: float = 0.0
    south_calls: float = 0.1
    again: float = 0.0
    since: int | None = None
    slower: float = 0.0
    silent: bool = False
    early_calls: float = 0.0


def events(shop: Shop, seed: int) -> pa.Table:
    """Events of first orders and of those that follow them."""
    random = np.random.default_rng(seed)
    count = shop.orders
    person, south = np.arange(count), random.random(count) < 0.4
    placed = BEGIN + ((random.random(count) * (shop.days + WARM_UP) - WARM_UP) * DAY).astype(np.int64)
    first, late = _orders(shop, random, person, south, placed, "a")
    again = np.flatnonzero(random.random(count) < 0.5 - shop.again * late)
    later = placed[again] + ((8 + random.random(len(again)) * 30) * DAY).astype(np.int64)
    second, _late = _orders(shop, random, again, south[again], later, "b")
    table = pa.concat_tables([first, second])
    end = pa.scalar(BEGIN + shop.days * DAY, pa.int64())
    table = table.filter(pa.compute.greater_equal(table["placed"], BEGIN)).drop_columns(["placed"])
    kept = table.filter(pa.compute.less(table["at"], end))
    return kept.set_column(2, "at", kept["at"].cast(pa.timestamp("us", "UTC")))


def _orders(shop, random, person, south, placed, mark):
    """The events of some orders, and which were late."""
    count = len(person)
    late = random.random(count) < shop.late + shop.south * south
    changed = np.zeros(count, bool) if shop.since is None else placed >= BEGIN + shop.since * DAY
    days = (
        np.where(late, 5.5 + 2 * random.random(count), 1 + 3 * random.random(count)) + shop.slower * changed
    )
    delivered = placed + (days * DAY).astype(np.int64)
    due = placed + PROMISED * DAY
    asks = random.random(count) < 0.05 + shop.south_calls * south + shop.calls * late
    early = random.random(count) < shop.early_calls * late
    said = np.flatnonzero(~(changed & shop.silent) & (random.random(count) < 0.97))
    parts = [
        ("order.placed", np.arange(count), placed),
        ("order.delivered", np.arange(count), delivered),
        ("order.sent", said, placed[said] + HOUR * random.integers(1, 20, len(said))),
        ("call", np.flatnonzero(asks), due[asks] + HOUR * random.integers(1, 40, asks.sum())),
        ("call", np.flatnonzero(early), placed[early] + HOUR * random.integers(1, 24, early.sum())),
    ]
    amount = random.lognormal(3.5, 0.4, count)
    return pa.concat_tables([_told(*part, placed, person, south, amount, mark) for part in parts]), late


def _told(event, rows, at, placed, person, south, amount, mark):
    names = [f"{mark}{number}" for number in person[rows].tolist()]
    return pa.table(
        {
            "event": pa.array([event] * len(rows), pa.string()),
            "order_id": pa.array(names, pa.string()),
            "at": pa.array(np.asarray(at, np.int64)),
            "person": pa.array([f"p{number}" for number in person[rows].tolist()], pa.string()),
            "region": pa.array(np.where(south[rows], "south", "north").tolist(), pa.string()),
            "amount": pa.array(amount[rows]),
            "placed": pa.array(placed[rows]),
        }
    )


def built(folder, shop: Shop, seed: int = 1, values: str | None = VALUES):
    """The journey log of a shop."""
    file = folder / "events.parquet"
    pq.write_table(events(shop, seed), file)
    read = read_events(file, step="event", at="at")
    texts = {"values": values} if values else None
    return build_designed(read, folder / "log", blueprint=read_blueprint(BLUEPRINT), texts=texts)[0]
