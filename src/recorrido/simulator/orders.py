"""Order attempts: who, when, through which channel, how much – before anything happens to them.

A customer's orders form a chain of *slots*: slot 0 when the person first comes, each further slot
only if the one before made them come back. All customers advance one slot at a time, as one *wave*.
"""

from __future__ import annotations

import numpy as np

from recorrido.simulator.calendar import DAY
from recorrido.simulator.columns import Columns
from recorrido.simulator.demand import online_second
from recorrido.simulator.plan import ASSISTED, AT_COUNTER, COUNTER, PICKUP, SHIP, Plan

SLOTS = 32
_PHONE_HOURS = (9.0, 20.0)


def first_wave(plan: Plan, customers: Columns) -> Columns:
    wave = customers.take(np.ones(len(customers), dtype=bool))
    return _fill(plan, wave.put(slot=np.zeros(len(wave), dtype=np.int64), first=~customers.known))


def next_wave(plan: Plan, wave: Columns) -> Columns:
    """The orders of those who come back (column again), later by their gap; beyond the end nobody is followed."""
    back = wave.take(wave.again & (wave.slot + 1 < plan.scenario.customers.max_orders))
    repurchase = plan.scenario.repurchase
    least, mean = np.where(back.returned[:, None], repurchase.gap_days_after_return, repurchase.gap_days).T
    gap = least + plan.draws.exponential("order/gap", back.key, mean)
    following = Columns(
        **{name: getattr(back, name) for name in ("customer", "home", "region", "store", "loyal", "known")},
        position=back.position + gap,
        slot=back.slot + 1,
        first=np.zeros(len(back), dtype=bool),
    )
    return _fill(plan, following.take(following.position < plan.demand.end))


def _fill(plan: Plan, wave: Columns) -> Columns:
    wave.put(key=wave.customer * SLOTS + wave.slot)
    wave.put(channel=_channels(plan, wave))
    wave.put(started=_moments(plan, wave), delivery=_deliveries(plan, wave))
    return wave.put(**_prices(plan, wave))


def _channels(plan: Plan, wave: Columns) -> np.ndarray:
    table = np.array([plan.by_channel("repeat_share"), plan.by_channel("first_share")])
    return plan.draws.pick_by("order/channel", wave.key, table, wave.first.astype(int))


def _moments(plan: Plan, wave: Columns) -> np.ndarray:
    """Wall seconds at which the customer stands at the checkout, the counter or the telephone."""
    share = plan.draws.uniform("order/time of day", wave.key)
    wall = plan.demand.day(wave.position) * DAY + online_second(share)
    at_counter, assisted = plan.sells(wave.channel, AT_COUNTER), plan.sells(wave.channel, ASSISTED)
    opens, closes = _hours(plan, wave, at_counter)
    moved = plan.draws.uniform("order/opening", wave.key)
    return np.where(at_counter | assisted, plan.calendar.when_open(wall, moved, opens, closes), wall)


def _hours(plan: Plan, wave: Columns, at_counter: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    if not plan.scenario.stores:
        return np.full(len(wave), _PHONE_HOURS[0]), np.full(len(wave), _PHONE_HOURS[1])
    opens = np.array([store.opens for store in plan.scenario.stores])[wave.store]
    closes = np.array([store.closes for store in plan.scenario.stores])[wave.store] - 0.5
    return np.where(at_counter, opens, _PHONE_HOURS[0]), np.where(at_counter, closes, _PHONE_HOURS[1])


def _deliveries(plan: Plan, wave: Columns) -> np.ndarray:
    pickup = plan.draws.happens("order/pickup", wave.key, plan.by_channel("pickup")[wave.channel])
    way = np.where(pickup, PICKUP, SHIP)
    return np.where(plan.sells(wave.channel, AT_COUNTER), COUNTER, way)


def _prices(plan: Plan, wave: Columns) -> dict[str, np.ndarray]:
    """``amount`` that the customer pays and ``margin`` left of it, whole currency units."""
    spread = plan.by_channel("spread")[wave.channel]
    mean = plan.by_channel("amount")[wave.channel]
    mean = mean * np.where(wave.first, plan.by_channel("first_factor")[wave.channel], 1)
    noise = spread * plan.draws.normal("order/amount", wave.key) - spread**2 / 2
    step = plan.scenario.price_step
    gross = np.maximum(np.round(mean * np.exp(noise) / step), 1) * step
    amount = np.round(gross * (1 - plan.demand.discount(wave.started // DAY)))
    margin = np.round(amount - gross * (1 - plan.scenario.margin))
    return {"amount": amount.astype(np.int64), "margin": margin.astype(np.int64)}
