"""Warehouse, carrier, pickup, returns and refunds."""

from __future__ import annotations

import numpy as np

from recorrido.simulator.columns import NEVER, Columns
from recorrido.simulator.emit.blocks import Teller, Texts, numbered, words
from recorrido.simulator.flow.returns import BY_COURIER, IN_STORE
from recorrido.simulator.plan import PICKUP, SHIP


def tell_delivery(teller: Teller) -> None:
    orders = teller.orders
    for rows, kind, values in teller.buyers(np.flatnonzero(orders.prepared < NEVER)):
        _tell_prepared(teller, rows, [(kind, values)])
    for rows, kind, values in teller.buyers(np.flatnonzero(orders.returned)):
        _tell_return(teller, rows, [(kind, values)])


def _tell_prepared(teller: Teller, rows: np.ndarray, names: Texts) -> None:
    part, objects = teller.orders.take(rows), teller.order_objects(rows)
    teller.add("order.prepared", "erp", part.prepared, part.key, identifiers=names, objects=objects)
    way = part.delivery == SHIP
    _tell_shipment(teller, rows[way])
    _tell_pickup(teller, rows[part.delivery == PICKUP], _some(names, part.delivery == PICKUP))


def _some(names: Texts, mask: np.ndarray) -> Texts:
    return [(kind, values[mask]) for kind, values in names]


def _tell_shipment(teller: Teller, rows: np.ndarray) -> None:
    """Carriers know a parcel, an order number and a telephone number."""
    part = teller.orders.take(rows)
    phone = [("phone", teller.who.phone[part.customer])]
    objects = [*teller.order_objects(rows), ("shipment", numbered("T{:08d}", part.key))]
    carrier = {"carrier": words(teller.plan.carrier_names, part.carrier)}
    for type_, at in (
        ("order.shipped", part.shipped),
        ("delivery.failed", part.failed),
        ("order.delivered", part.delivered),
    ):
        teller.add(type_, "carrier", at, part.key, identifiers=phone, objects=objects, properties=carrier)


def _tell_pickup(teller: Teller, rows: np.ndarray, names: Texts) -> None:
    part = teller.orders.take(rows)
    objects = [*teller.order_objects(rows), ("store", _store_codes(teller, part))]
    teller.add("pickup.ready", "erp", part.ready, part.key, identifiers=names, objects=objects)
    channel = words(("email", "sms"), teller.plan.draws.pick("pickup/notice", part.key, (2, 1)))
    teller.add(
        "pickup.notified", "erp", part.notified, part.key, channel=channel, identifiers=names, objects=objects
    )
    teller.add(
        "order.picked_up",
        "pos",
        part.picked_up,
        part.key,
        channel="store",
        identifiers=names,
        objects=objects,
    )


def _store_codes(teller: Teller, part: Columns) -> np.ndarray:
    return words([store.code for store in teller.plan.scenario.stores], part.store)


def _tell_return(teller: Teller, rows: np.ndarray, names: Texts) -> None:
    for way in (IN_STORE, BY_COURIER):
        mask = teller.orders.return_way[rows] == way
        _tell_way_back(teller, rows[mask], _some(names, mask), way)


def _tell_way_back(teller: Teller, rows: np.ndarray, names: Texts, way: int) -> None:
    part = teller.orders.take(rows)
    objects = [*teller.order_objects(rows), ("return", numbered("D{:08d}", part.key))]
    if way == IN_STORE:
        objects.append(("store", _store_codes(teller, part)))
    asked, received, desk = ("store", "store", "pos") if way == IN_STORE else ("web", None, "erp")
    front = "pos" if way == IN_STORE else "shop"
    refund = {"amount": part.amount}
    for type_, source, channel, at, properties in (
        ("return.requested", front, asked, part.return_requested, {}),
        ("return.received", desk, received, part.return_received, {}),
        ("return.inspected", "erp", None, part.inspected, {}),
        ("refund.paid", "erp", None, part.refunded, refund),
    ):
        teller.add(
            type_,
            source,
            at,
            part.key,
            channel=channel,
            identifiers=names,
            objects=objects,
            properties=properties,
        )
