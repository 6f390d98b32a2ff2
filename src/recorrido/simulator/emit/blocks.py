"""Columns of events on their way out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

import numpy as np

from recorrido.simulator.columns import Columns
from recorrido.simulator.customers import Identities
from recorrido.simulator.model import World
from recorrido.simulator.plan import ASSISTED, AT_COUNTER, EXTERNAL, ONLINE, Plan

Row = tuple[str, str, datetime, str | None, tuple[Any, ...], tuple[Any, ...], dict[str, Any], dict[str, Any]]
Texts = Sequence[tuple[str, np.ndarray]]
SOURCE_OF = {ONLINE: "shop", AT_COUNTER: "pos", ASSISTED: "desk", EXTERNAL: "marketplace"}


@dataclass(frozen=True)
class Block:
    """Events of one type from one source, in time order. ``at`` is UTC seconds; the other columns fit its length."""

    type: str
    source: str
    at: np.ndarray
    number: np.ndarray
    channel: str | np.ndarray | None
    identifiers: Texts
    objects: Texts
    properties: Mapping[str, np.ndarray]
    attributes: Mapping[str, np.ndarray]

    def __len__(self) -> int:
        return len(self.at)

    def rows(self, first: int, last: int) -> Iterator[Row]:
        """(message id, type, at, channel, identifiers, objects, properties, attributes) of events first…last-1."""
        count = last - first
        ids = [f"{self.type}:{number}" for number in self.number[first:last].tolist()]
        moments = [datetime.fromtimestamp(second, UTC) for second in self.at[first:last].tolist()]
        channels = [self.channel] * count if self.channel is None or isinstance(self.channel, str) else None
        return zip(
            ids,
            [self.type] * count,
            moments,
            channels if channels is not None else self.channel[first:last].tolist(),  # type: ignore[index,union-attr]
            _pairs(self.identifiers, first, last),
            _pairs(self.objects, first, last),
            _dicts(self.properties, first, last),
            _dicts(self.attributes, first, last),
            strict=True,
        )


def _pairs(texts: Texts, first: int, last: int) -> list[tuple[tuple[str, str], ...]]:
    """A tuple of (kind, value) per row."""
    if not texts:
        return [()] * (last - first)
    columns = [[(kind, value) for value in values[first:last].tolist()] for kind, values in texts]
    return list(zip(*columns, strict=True))


def _dicts(columns: Mapping[str, np.ndarray], first: int, last: int) -> list[dict[str, Any]]:
    """A dict per row; None values are left out, for a fact nobody knows is no fact."""
    if not columns:
        return [{} for _ in range(last - first)]
    names = tuple(columns)
    rows = zip(*(values[first:last].tolist() for values in columns.values()), strict=True)
    if any(values.dtype == object for values in columns.values()):
        return [
            {name: value for name, value in zip(names, row, strict=True) if value is not None} for row in rows
        ]
    return [dict(zip(names, row, strict=True)) for row in rows]


class Teller:
    """Collects blocks; knows how each system calls customers and orders."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.plan: Plan = world.plan
        self.orders: Columns = world.orders
        self.who = Identities(world.plan)
        self.blocks: list[Block] = []

    def add(
        self,
        type_: str,
        source: str,
        at: np.ndarray,
        number: np.ndarray,
        *,
        channel: str | np.ndarray | None = None,
        identifiers: Texts = (),
        objects: Texts = (),
        properties: Mapping[str, np.ndarray] | None = None,
        attributes: Mapping[str, np.ndarray] | None = None,
    ) -> None:
        """Keep what falls into the period, in time order. All columns have the length of ``at`` (wall seconds)."""
        rows = np.flatnonzero(self.plan.seen(at))
        utc = self.plan.calendar.to_utc(at[rows])
        order = np.argsort(utc, kind="stable")
        rows, utc = rows[order], utc[order]
        if not len(rows):
            return
        self.blocks.append(
            Block(
                type_,
                source,
                utc,
                number[rows],
                channel[rows] if isinstance(channel, np.ndarray) else channel,
                [(kind, values[rows]) for kind, values in identifiers],
                [(kind, values[rows]) for kind, values in objects],
                {name: values[rows] for name, values in (properties or {}).items()},
                {name: values[rows] for name, values in (attributes or {}).items()},
            )
        )

    def channel_of(self, orders: Columns) -> np.ndarray:
        return words(self.plan.channel_names, orders.channel)

    @cached_property
    def knows_email(self) -> np.ndarray:
        """Per order: the shop has the buyer's e-mail (web), or the counter asked for it instead of the loyalty card."""
        by_email = self.plan.draws.happens("identity/e-mail at the counter", self.orders.key, 0.5)
        at_counter = self.plan.sells(self.orders.channel, AT_COUNTER)
        return self.plan.sells(self.orders.channel, ONLINE) | (at_counter & by_email)

    def buyers(self, rows: np.ndarray) -> Iterator[tuple[np.ndarray, str, np.ndarray]]:
        """Rows of orders by how their seller knows the buyer: (rows, kind, values) – one principal identifier each."""
        channel = self.orders.channel[rows]
        external = self.plan.sells(channel, EXTERNAL)
        by_email = self.plan.sells(channel, AT_COUNTER) & self.knows_email[rows]
        for mask, kind, values in (
            (external, "customer", self.who.market),
            (by_email, "email", self.who.email),
            (~external & ~by_email, "customer", self.who.customer),
        ):
            chosen = rows[mask]
            yield chosen, kind, values[self.orders.customer[chosen]]

    def order_objects(self, rows: np.ndarray) -> list[tuple[str, np.ndarray]]:
        """The order, and in business trade the company that buys."""
        objects = [("order", numbered("P{:08d}", self.orders.key[rows]))]
        if self.plan.scenario.companies:
            objects.append(("company", numbered("E{:05d}", self.orders.home[rows])))
        return objects


def words(names: Sequence[str], codes: np.ndarray) -> np.ndarray:
    """Names by code as an object array; code -1 is None."""
    return np.array([*names, None], dtype=object)[codes]


def numbered(template: str, numbers: np.ndarray) -> np.ndarray:
    """Ids as text, one per number."""
    out = np.empty(len(numbers), dtype=object)
    out[:] = list(map(template.format, numbers.tolist()))
    return out
