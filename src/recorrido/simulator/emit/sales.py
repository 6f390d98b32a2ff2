"""Checkout, gates, orders and payments, as shop, counter, desk and marketplace tell them."""

from __future__ import annotations

import numpy as np

from recorrido.simulator.calendar import DAY
from recorrido.simulator.columns import NEVER
from recorrido.simulator.emit.blocks import SOURCE_OF, Teller, Texts, words
from recorrido.simulator.emit.trouble import tell_checkout_errors, tell_refused_payments
from recorrido.simulator.flow.placing import APPROVED, REJECTED
from recorrido.simulator.plan import ASSISTED, AT_COUNTER, DELIVERIES, EXTERNAL, ONLINE


def tell_sales(teller: Teller) -> None:
    _tell_checkouts(teller)
    _tell_gates(teller)
    _tell_advice(teller)
    for how in (ONLINE, AT_COUNTER, ASSISTED, EXTERNAL):
        _tell_orders(teller, how)
    _tell_cancellations(teller)
    tell_checkout_errors(teller)
    tell_refused_payments(teller)


def _tell_checkouts(teller: Teller) -> None:
    orders, who = teller.orders, teller.who
    rows = np.flatnonzero(teller.plan.sells(orders.channel, ONLINE))
    person = orders.customer[rows]
    names = [
        ("customer", who.customer[person]),
        ("email", who.email[person]),
        ("anonymous", who.device[person]),
    ]
    numbers = orders.key[rows] * 2
    teller.add("checkout.started", "shop", orders.started[rows], numbers, channel="web", identifiers=names)


def _tell_gates(teller: Teller) -> None:
    """What the gate asks for includes a telephone number: that is how those who then call are known."""
    orders, who = teller.orders, teller.who
    for index, gate in enumerate(teller.plan.gates):
        rows = np.flatnonzero(orders.gate == index)
        part, channel = orders.take(rows), teller.channel_of(orders.take(rows))
        names = [("customer", who.customer[part.customer]), ("phone", who.phone[part.customer])]
        for step, at in (
            ("requested", part.requested),
            ("approved", np.where(part.verdict == APPROVED, part.decided, NEVER)),
            ("rejected", np.where(part.verdict == REJECTED, part.decided, NEVER)),
        ):
            known = names if step == "requested" else names[:1]
            teller.add(f"{gate.step}.{step}", "shop", at, part.key, channel=channel, identifiers=known)


def _tell_advice(teller: Teller) -> None:
    """Questions before an order, on WhatsApp or chat; every assisted order begins with one."""
    orders, plan = teller.orders, teller.plan
    online, assisted = plan.sells(orders.channel, ONLINE), plan.sells(orders.channel, ASSISTED)
    asks = assisted | (online & plan.draws.happens("advice/asks", orders.key, plan.scenario.presale.advice))
    before = np.where(assisted, 600, plan.draws.between("advice/before", orders.key, 900, DAY))
    at = np.where(asks, orders.started - before.astype(np.int64), NEVER)
    written = words(("whatsapp", "chat"), plan.draws.pick("advice/channel", orders.key, (3, 1)))
    channel = np.where(assisted & (teller.channel_of(orders) != "phone"), "whatsapp", written)
    phone = teller.who.phone[orders.customer]
    teller.add("advice.asked", "desk", at, orders.key, channel=channel, identifiers=[("phone", phone)])


def _buyer_names(teller: Teller, how: str, rows: np.ndarray) -> list[tuple[np.ndarray, Texts]]:
    """Rows by what the seller writes down about the buyer; together these join a person across channels."""
    who, person = teller.who, teller.orders.customer[rows]
    phone = ("phone", who.phone[person])
    card = [("customer", who.customer[person]), phone]
    if how == ONLINE:
        return [(rows, [*card, ("email", who.email[person]), ("anonymous", who.device[person])])]
    if how == EXTERNAL:
        return [(rows, [("customer", who.market[person]), phone])]
    if how == ASSISTED:
        return [(rows, card)]
    return [
        (part, [(kind, values), ("phone", who.phone[teller.orders.customer[part]])])
        for part, kind, values in teller.buyers(rows)
    ]


def _tell_orders(teller: Teller, how: str) -> None:
    all_rows = np.flatnonzero(teller.plan.sells(teller.orders.channel, how))
    for rows, names in _buyer_names(teller, how, all_rows):
        part = teller.orders.take(rows)
        channel, objects = teller.channel_of(part), teller.order_objects(rows)
        teller.add(
            "order.placed",
            SOURCE_OF[how],
            part.placed,
            part.key,
            channel=channel,
            identifiers=names,
            objects=objects,
            properties=_order_properties(teller, rows),
            attributes=_person_attributes(teller, rows),
        )
        paid = np.where(part.placed < NEVER, part.placed + 20 + part.key % 70, NEVER)
        if not teller.plan.scenario.companies:
            teller.add(
                "payment.approved",
                SOURCE_OF[how],
                paid,
                part.key,
                channel=channel,
                identifiers=names[:1],
                objects=objects,
            )


def _order_properties(teller: Teller, rows: np.ndarray) -> dict[str, np.ndarray]:
    plan, part = teller.plan, teller.orders.take(rows)
    in_store = (part.delivery > 0) & (len(plan.scenario.stores) > 0)
    return {
        "amount": part.amount,
        "margin": part.margin,
        "first_order": part.first,
        "region": words([region.name for region in plan.scenario.regions], part.region),
        "store": words([store.code for store in plan.scenario.stores], np.where(in_store, part.store, -1)),
        "delivery": words(DELIVERIES, part.delivery),
        "carrier": words(plan.carrier_names, part.carrier),
    }


def _person_attributes(teller: Teller, rows: np.ndarray) -> dict[str, np.ndarray]:
    part = teller.orders.take(rows)
    segment = np.where(part.first, 0, np.where(part.loyal, 2, 1))
    return {
        "name": teller.who.name[part.customer],
        "region": words([region.name for region in teller.plan.scenario.regions], part.region),
        "segment": words(("new", "occasional", "loyal"), segment),
    }


def _tell_cancellations(teller: Teller) -> None:
    orders = teller.orders
    cancelled = np.flatnonzero(orders.cancelled < NEVER)
    for rows, kind, values in teller.buyers(cancelled):
        at, objects = orders.cancelled[rows], teller.order_objects(rows)
        names = [(kind, values)]
        teller.add(
            "order.cancelled", "shop", at, orders.key[rows], channel="web", identifiers=names, objects=objects
        )
