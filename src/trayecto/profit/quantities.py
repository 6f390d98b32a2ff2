"""What a company earned and spent on its customers, as entries: whose, how much of what, at which amount."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trayecto.attempts.facts import Facts
from trayecto.attempts.lives import DAY, NEVER, Ints
from trayecto.attempts.promises import Promised, promises_of
from trayecto.demand.contacts import NONE, codes_at
from trayecto.demand.costs import Prices
from trayecto.designed import calendar_of
from trayecto.values import Amount, Values

Floats = NDArray[np.float64]
MARGIN, CONTACTS, RETURNS, DELAYS = "margin", "contacts", "returns", "delays"


@dataclass(frozen=True, eq=False)
class Entries:
    """(entries,) ``row``: the journey, ``person``: a number, ``quantity``: of ``each``, below zero what was spent. ``about``: which
    product, which channel."""

    what: str
    about: str
    each: Amount
    row: Ints
    person: Ints
    quantity: Floats


def entries_of(facts: Facts, prices: Prices) -> Iterator[Entries]:
    """All of a log, as far as somebody says what it is worth."""
    values = prices.values
    if values is not None:
        yield from _margins(facts, values)
    yield from _contacts(facts, prices)
    if values is not None and values.return_cost is not None:
        back = -_returned(facts).astype(float)
        yield Entries(RETURNS, "", values.return_cost, facts.units.row, facts.units.person, back)
    if values is not None and values.delay_day is not None:
        late = -days_late(facts)
        yield Entries(DELAYS, "", values.delay_day, facts.units.row, facts.units.person, late)


def _margins(facts: Facts, values: Values) -> Iterator[Entries]:
    """Of orders that were not cancelled and not brought back: by product where its margin is known, else per order, else as a
    share of their value."""
    kept, row, person = facts.kept, facts.units.row, facts.units.person
    names, code = _products(facts)
    known = np.array([name in values.margin_by_product for name in names], dtype=bool)
    for place in np.flatnonzero(known).tolist():
        each = values.margin_by_product[names[place]]
        yield Entries(MARGIN, names[place], each, row, person, kept * (code == place))
    rest = ~known[code]
    if values.margin_per_order is not None:
        yield Entries(MARGIN, "", values.margin_per_order, row, person, kept * rest)
    elif values.margin_share is not None:
        yield Entries(MARGIN, "", values.margin_share, row, person, facts.worth * rest)


def _products(facts: Facts) -> tuple[list[str], Ints]:
    """The products by name, and (units,) which one each order was for."""
    if "product" not in facts.log.attributes.column_names:
        return [""], np.zeros(len(facts.units), dtype=np.int64)
    told = [value or "" for value in facts.attribute("product").to_pylist()]
    names, code = np.unique(told, return_inverse=True)
    return names.tolist(), code.astype(np.int64)


def _contacts(facts: Facts, prices: Prices) -> Iterator[Entries]:
    """One for each amount, named by its channel where it is that of one channel."""
    events = facts.units.events
    found: dict[Amount, list[tuple[str, Ints]]] = {}
    for step in facts.support:
        code = facts.log.stored.code_of.get(step)
        mine = np.flatnonzero(events.step == code) if code is not None else np.empty(0, np.int64)
        channels, of = _channels(facts, mine)
        for place, channel in enumerate(channels):
            each = prices.of(step, channel or None)
            if each is not None:
                found.setdefault(each, []).append((channel, mine[of == place]))
    for each, parts in found.items():
        names = {channel for channel, _mine in parts}
        mine = np.concatenate([chosen for _channel, chosen in parts])
        about = names.pop() if len(names) == 1 else ""
        yield Entries(CONTACTS, about, each, events.row[mine], events.person[mine], -np.ones(len(mine)))


def _channels(facts: Facts, events: Ints) -> tuple[list[str], Ints]:
    codes, values = codes_at(facts, "channel", events)
    known, of = np.unique(codes, return_inverse=True)
    return [values[code] if code != NONE else "" for code in known.tolist()], of.astype(np.int64)


def _returned(facts: Facts) -> NDArray[np.bool_]:
    steps = [one.key for one in facts.blueprint.measured if one.stage == "return"]
    back: NDArray[np.bool_] = facts.units.first(facts.log, steps) < NEVER
    return back


def days_late(facts: Facts) -> Floats:
    """(units,) days beyond what was promised; working days where they were promised. Of the promises of a stage the one broken
    longest counts, since a step that is late makes the next one late too; stages add up."""
    found: dict[str, Floats] = {}
    for one in promises_of(facts):
        stage = facts.blueprint.by_key[one.step].stage
        beyond = _beyond(facts, one)
        found[stage] = np.maximum(found[stage], beyond) if stage in found else beyond
    return np.sum([np.zeros(len(facts.units)), *found.values()], axis=0)  # type: ignore[no-any-return]


def _beyond(facts: Facts, promise: Promised) -> Floats:
    until = np.where(promise.done < NEVER, promise.done, facts.end)
    start = np.where(promise.failed, promise.start, until)
    waited = promise.clock(until) - promise.clock(start) - promise.length
    touchpoint = facts.blueprint.by_key[promise.step]
    written = touchpoint.promise
    is_working = written is not None and written.within is None
    day = calendar_of(facts.blueprint, written.calendar).day if is_working and written else DAY
    return np.where(promise.failed, waited / day, 0.0)
