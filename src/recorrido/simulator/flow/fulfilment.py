"""From a placed order to goods in hand: prepared, shipped, delivered or picked up."""

from __future__ import annotations

import numpy as np

from recorrido.simulator.calendar import DAY, HOUR
from recorrido.simulator.columns import NEVER, Columns, spread
from recorrido.simulator.faults import LateCarrier, PickingErrors, SilentMessage
from recorrido.simulator.plan import COUNTER, PICKUP, SHIP, Plan

WAREHOUSE_HOURS = (8.0, 18.0)
CARRIER_HOURS = (9.0, 19.0)


def fulfil(plan: Plan, orders: Columns) -> Columns:
    """Adds cancelled, prepared, wrong_item, carrier, shipped, failed, delivered, late, ready, silent, notified,
    picked_up, done (moment the goods are in hand) – NEVER, False or -1 where they do not apply."""
    _cancel(plan, orders)
    _prepare(plan, orders)
    _ship(plan, orders)
    _hand_over(plan, orders)
    return orders.put(done=np.minimum(orders.delivered, orders.picked_up))


def _cancel(plan: Plan, orders: Columns) -> None:
    open_ = (orders.placed < NEVER) & (orders.delivery != COUNTER)
    gone = open_ & plan.draws.happens("order/cancelled", orders.key, plan.scenario.fulfilment.cancelled)
    delay = plan.draws.between("order/cancel delay", orders.key, 20 * 60, 10 * HOUR).astype(np.int64)
    orders.put(cancelled=np.where(gone, np.minimum(orders.placed, NEVER - DAY) + delay, NEVER))


def _prepare(plan: Plan, orders: Columns) -> None:
    going = (orders.placed < NEVER) & (orders.cancelled == NEVER) & (orders.delivery != COUNTER)
    part = orders.take(going)
    days = plan.draws.pick("order/prepare days", part.key, plan.scenario.fulfilment.prepare_days)
    share = plan.draws.uniform("order/prepare time", part.key)
    prepared = plan.calendar.at_work(part.placed, days, share, WAREHOUSE_HOURS)
    chance = plan.scenario.fulfilment.wrong_item + sum(
        (fault.extra(prepared) for fault in plan.active(PickingErrors)), np.zeros(len(part))
    )
    wrong = plan.draws.happens("order/wrong item", part.key, chance)
    orders.put(prepared=spread(going, prepared), wrong_item=spread(going, wrong, False))


def _ship(plan: Plan, orders: Columns) -> None:
    going = (orders.prepared < NEVER) & (orders.delivery == SHIP)
    part = orders.take(going)
    carrier = plan.draws.pick_by("order/carrier", part.key, plan.carrier_weights, part.region)
    days = plan.draws.pick("order/ship days", part.key, plan.scenario.fulfilment.ship_days)
    share = plan.draws.uniform("order/ship time", part.key)
    shipped = plan.calendar.at_work(part.prepared, days, share, CARRIER_HOURS)
    late = plan.draws.happens("order/late", part.key, _late_chance(plan, part, carrier, shipped))
    delivered = _delivered(plan, part, shipped, late)
    late = plan.calendar.worked(part.placed, delivered) > plan.scenario.fulfilment.promise_days
    failed = plan.draws.happens("order/failed", part.key, plan.scenario.fulfilment.failed)
    earlier = np.maximum(delivered - DAY, (shipped + delivered) // 2)
    orders.put(
        carrier=spread(going, carrier, -1),
        shipped=spread(going, shipped),
        late=spread(going, late, False),
        delivered=spread(going, delivered),
        failed=spread(going, np.where(failed, earlier, NEVER)),
    )


def _late_chance(plan: Plan, part: Columns, carrier: np.ndarray, shipped: np.ndarray) -> np.ndarray:
    by_region = np.array([region.late for region in plan.scenario.regions])
    by_carrier = np.array([carrier.late for carrier in plan.scenario.carriers])
    chance = by_region[part.region] + by_carrier[carrier]
    for fault in plan.active(LateCarrier):
        chance = chance + fault.extra(carrier, plan.carrier_names, shipped)
    return chance


def _delivered(plan: Plan, part: Columns, shipped: np.ndarray, late: np.ndarray) -> np.ndarray:
    """Punctual parcels take the region's days and keep the promise, late ones come ``late_days`` beyond it."""
    promise, beyond = plan.scenario.fulfilment.promise_days, plan.scenario.fulfilment.late_days
    least, most = np.array([region.days for region in plan.scenario.regions])[part.region].T
    first, last = np.where(late, beyond[0], least), np.where(late, beyond[1], most)
    days = np.floor(plan.draws.between("order/delivery days", part.key, first, last + 1)).astype(np.int64)
    counted = plan.calendar.first_working_day(part.placed)
    leaves = plan.calendar.working_day(shipped // DAY, 0)
    # One day short of the promise: days of work are counted to the hour, and parcels come until the evening.
    punctual = np.minimum(
        plan.calendar.working_day(leaves, days), plan.calendar.working_day(counted, promise - 1)
    )
    punctual = np.maximum(punctual, plan.calendar.working_day(leaves, 1))
    day = np.where(late, plan.calendar.working_day(counted, promise + days), punctual)
    opens, closes = CARRIER_HOURS
    hour = plan.draws.between("order/delivery time", part.key, opens + 0.2, closes)
    return day * DAY + (hour * HOUR).astype(np.int64)


def _hand_over(plan: Plan, orders: Columns) -> None:
    going = (orders.prepared < NEVER) & (orders.delivery == PICKUP)
    part = orders.take(going)
    share = plan.draws.uniform("order/ready time", part.key)
    ready = _open(plan, part, part.prepared + (DAY * (0.6 + 0.5 * share)).astype(np.int64), "ready")
    silent, cancels = _silence(plan, part, ready)
    picked = np.where(cancels, NEVER, _fetched(plan, part, ready, silent))
    given_up = ready + (plan.draws.between("order/pickup given up", part.key, 6, 12) * DAY).astype(np.int64)
    orders.put(
        ready=spread(going, ready),
        silent=spread(going, silent, False),
        notified=spread(going, np.where(silent, NEVER, ready + 300 + (share * 1200).astype(np.int64))),
        picked_up=np.where(orders.delivery == COUNTER, _counter(orders), spread(going, picked)),
        cancelled=np.where(going, spread(going, np.where(cancels, given_up, NEVER)), orders.cancelled),
    )


def _counter(orders: Columns) -> np.ndarray:
    """At the counter the goods change hands at once."""
    return np.where(orders.placed < NEVER, orders.placed + 150, NEVER)


def _silence(plan: Plan, part: Columns, ready: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Who was told nothing, and who of them cancels."""
    chance, cancel = np.zeros(len(part)), 0.0
    for fault in plan.active(SilentMessage):
        chance, cancel = np.maximum(chance, fault.silent(ready)), max(cancel, fault.cancel)
    silent = plan.draws.happens("order/silent", part.key, chance)
    return silent, silent & plan.draws.happens("order/silent cancel", part.key, cancel)


def _fetched(plan: Plan, part: Columns, ready: np.ndarray, silent: np.ndarray) -> np.ndarray:
    days = plan.draws.between("order/pickup days", part.key, *plan.scenario.fulfilment.pickup_days)
    for fault in plan.active(SilentMessage):
        days = days + silent * plan.draws.between("order/silent days", part.key, *fault.wait_days)
    return _open(plan, part, ready + (days * DAY).astype(np.int64), "fetched")


def _open(plan: Plan, part: Columns, wall: np.ndarray, purpose: str) -> np.ndarray:
    """The same moment, or the next when the customer's store is open."""
    opens = np.array([store.opens for store in plan.scenario.stores] or [9.0])[part.store]
    closes = np.array([store.closes for store in plan.scenario.stores] or [20.0])[part.store]
    return plan.calendar.when_open(wall, plan.draws.uniform(f"order/open/{purpose}", part.key), opens, closes)
