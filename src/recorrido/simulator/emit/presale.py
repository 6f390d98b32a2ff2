"""Traffic: what leads to web orders, and the many visits that lead to none."""

from __future__ import annotations

import numpy as np

from recorrido.simulator.calendar import DAY, HOUR
from recorrido.simulator.columns import NEVER, Columns
from recorrido.simulator.customers import numbered_devices
from recorrido.simulator.demand import online_second
from recorrido.simulator.emit.blocks import Teller, words
from recorrido.simulator.emit.trouble import tell_searches
from recorrido.simulator.plan import AT_COUNTER, ONLINE

_PRODUCTS = ("zapatillas", "botines", "sandalias", "zapatos", "mocasines", "botas", "escolares", "pantuflas")
_MOST_VIEWS = 4


def tell_presale(teller: Teller) -> None:
    orders = teller.orders
    tell_buying_visits(teller, np.flatnonzero(teller.plan.sells(orders.channel, ONLINE)))
    tell_idle_visits(teller)
    _tell_store_visits(teller)


def tell_buying_visits(teller: Teller, rows: np.ndarray) -> None:
    """Advertisement, views and cart ahead of the checkout of an online order."""
    part, draws = teller.orders.take(rows), teller.plan.draws
    cart = part.started - draws.between("visit/cart", part.key, 90, 1500).astype(np.int64)
    lead = np.minimum(draws.exponential("visit/lead", part.key, 2.2 * DAY), 24 * DAY)
    short = draws.happens("visit/same session", part.key, 0.45)
    first = cart - np.where(short, 600, 600 + lead).astype(np.int64)
    device = teller.who.device[part.customer]
    _tell_ads(teller, first, part.key * 2, device)
    tell_searches(teller, first, part.key * 2, device)
    _tell_views(teller, first, cart, part.key * 2, device)
    teller.add("cart.filled", "shop", cart, part.key * 2, channel="web", identifiers=[("anonymous", device)])


def tell_idle_visits(teller: Teller) -> None:
    """Visits without an order: mostly unknown browsers, some of them customers' own."""
    plan, presale = teller.plan, teller.plan.scenario.presale
    ids = np.arange(round(presale.visits * plan.scenario.customers.count), dtype=np.int64)
    day = plan.demand.day(plan.draws.between("idle/position", ids, 0, plan.demand.end))
    at = day * DAY + online_second(plan.draws.uniform("idle/time", ids))
    kept = plan.seen(at) & (at < plan.end - HOUR)
    ids, at = ids[kept], at[kept]
    own = plan.draws.happens("idle/own device", ids, presale.own_device)
    owner = (plan.draws.uniform("idle/owner", ids) * plan.scenario.customers.count).astype(np.int64)
    device = np.where(own, teller.who.device[owner], numbered_devices(ids))
    cart = at + plan.draws.between("idle/cart", ids, 300, 2400).astype(np.int64)
    _tell_ads(teller, at, ids * 2 + 1, device)
    tell_searches(teller, at, ids * 2 + 1, device)
    _tell_views(teller, at, cart - 30, ids * 2 + 1, device)
    filled = plan.draws.happens("idle/fills", ids, presale.cart)
    when = np.where(filled, cart, NEVER)
    teller.add("cart.filled", "shop", when, ids * 2 + 1, channel="web", identifiers=[("anonymous", device)])
    _tell_abandoned(teller, Columns(id=ids, owner=owner, cart=cart).take(filled & own))


def _tell_abandoned(teller: Teller, part: Columns) -> None:
    """Customers who reach the checkout, sign in and leave."""
    left = part.take(teller.plan.draws.happens("idle/abandons", part.id, 0.4))
    at = left.cart + teller.plan.draws.between("idle/checkout", left.id, 60, 600).astype(np.int64)
    who = teller.who
    names = [(kind, getattr(who, column)[left.owner]) for kind, column in _SIGNED_IN]
    teller.add("checkout.started", "shop", at, left.id * 2 + 1, channel="web", identifiers=names)


_SIGNED_IN = (("customer", "customer"), ("email", "email"), ("anonymous", "device"))


def _tell_ads(teller: Teller, at: np.ndarray, number: np.ndarray, device: np.ndarray) -> None:
    draws = teller.plan.draws
    clicked = draws.happens("ad/clicked", number, teller.plan.scenario.presale.ad)
    channel = words(("social", "email"), draws.pick("ad/channel", number, (4, 1)))
    when = np.where(clicked, at, NEVER)
    teller.add("ad.clicked", "ads", when, number, channel=channel, identifiers=[("anonymous", device)])


def _tell_views(
    teller: Teller, first: np.ndarray, last: np.ndarray, number: np.ndarray, device: np.ndarray
) -> None:
    """One to four products seen between two moments, the first at once."""
    draws, views = teller.plan.draws, teller.plan.scenario.presale.views
    wanted = np.floor(draws.between("view/count", number, views[0], views[1] + 1))
    channel = words(("web", "app"), draws.pick("view/channel", number, (4, 1)))
    for view in range(_MOST_VIEWS):
        numbers = number * _MOST_VIEWS + view
        along = draws.uniform("view/time", numbers) * (last - first) if view else 15.0
        at = np.where(wanted > view, first + np.minimum(along, last - first - 1).astype(np.int64), NEVER)
        product = words(_PRODUCTS, draws.pick("view/product", numbers, (9, 6, 5, 5, 3, 3, 2, 1)))
        teller.add(
            "product.viewed",
            "shop",
            at,
            numbers,
            channel=channel,
            identifiers=[("anonymous", device)],
            properties={"category": product},
        )


def _tell_store_visits(teller: Teller) -> None:
    """Everyone who buys at a counter, and those who look in a store and order on the web later."""
    plan, orders = teller.plan, teller.orders
    if not plan.scenario.stores:
        return
    looks = plan.draws.happens("visit/showroom", orders.key, plan.scenario.presale.showroom)
    looks &= plan.sells(orders.channel, ONLINE)
    ago = (plan.draws.between("visit/showroom ago", orders.key, 0.3, 9) * DAY).astype(np.int64)
    opened = plan.draws.uniform("visit/showroom opening", orders.key)
    before = plan.calendar.when_open(orders.started - ago, opened, 10.5, 19.5)
    looks &= before < orders.started
    at = np.where(plan.sells(orders.channel, AT_COUNTER), orders.started, np.where(looks, before, NEVER))
    codes = [store.code for store in plan.scenario.stores]
    for rows, kind, values in teller.buyers(np.flatnonzero(at < NEVER)):
        teller.add(
            "store.visited",
            "pos",
            at[rows],
            orders.key[rows],
            channel="store",
            identifiers=[(kind, values)],
            objects=[("store", words(codes, orders.store[rows]))],
        )
