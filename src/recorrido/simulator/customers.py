"""Who the customers are: region, loyalty, when they first come, names and addresses."""

from __future__ import annotations

import unicodedata
from functools import cached_property

import numpy as np

from recorrido.simulator.columns import Columns
from recorrido.simulator.names import FAMILY, GIVEN
from recorrido.simulator.plan import Plan


def make_customers(plan: Plan) -> Columns:
    """One row per person: customer, home (who shares a region: person or company), region, store, loyal, known, position."""
    customers, companies = plan.scenario.customers, plan.scenario.companies
    ids = np.arange(customers.count, dtype=np.int64)
    home = ids // companies.contacts if companies else ids
    draws = plan.draws
    region = draws.pick("customer/region", home, [region.share for region in plan.scenario.regions])
    return Columns(
        customer=ids,
        home=home,
        region=region,
        store=_home_store(plan, ids, region),
        loyal=draws.happens("customer/loyal", ids, customers.loyal),
        known=draws.happens("customer/known", ids, customers.known_before),
        position=draws.between("customer/entry", ids, 0, plan.demand.end),
    )


def _home_store(plan: Plan, ids: np.ndarray, region: np.ndarray) -> np.ndarray:
    if not plan.scenario.stores:
        return np.full(len(ids), -1)
    return plan.draws.pick_by("customer/store", ids, plan.store_weights, region)


class Identities:
    """Names, addresses and numbers as text, by customer id (object arrays: they are only read out)."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._ids = np.arange(plan.scenario.customers.count, dtype=np.int64)

    def _word(self, purpose: str, words: tuple[str, ...]) -> np.ndarray:
        picked = self._plan.draws.pick(purpose, self._ids, [1 / (rank + 12) for rank in range(len(words))])
        return np.array(words, dtype=object)[picked]

    @cached_property
    def _parts(self) -> tuple[np.ndarray, np.ndarray]:
        return self._word("name/given", GIVEN), self._word("name/family", FAMILY)

    @cached_property
    def name(self) -> np.ndarray:
        given, family = self._parts
        return given + " " + family + " " + self._word("name/second family", FAMILY)

    @cached_property
    def email(self) -> np.ndarray:
        given, family = self._parts
        return _plain(given) + "." + _plain(family) + _texts("{}@correo.example", self._ids)

    @cached_property
    def phone(self) -> np.ndarray:
        """Unique: a permutation of the numbers with the country's prefix."""
        digits = 11 - len(self._plan.scenario.place.phone) + 1
        numbers = (self._ids * 7_368_787 + 31_415_926) % 10**digits
        return _texts(f"{self._plan.scenario.place.phone}{{:0{digits}d}}", numbers)

    @cached_property
    def customer(self) -> np.ndarray:
        return _texts("C{:06d}", self._ids)

    @cached_property
    def market(self) -> np.ndarray:
        """The same person's number at the marketplace, which knows nothing of ours."""
        return _texts("MK{:08d}", (self._ids * 48_271 + 1_234_567) % 100_000_007)

    @cached_property
    def device(self) -> np.ndarray:
        """The anonymous id of the person's browser."""
        return _texts("a{:012x}", (self._ids + 1) * 2_654_435_761 % 2**47)


def numbered_devices(ids: np.ndarray) -> np.ndarray:
    """Anonymous ids of browsers nobody knows; they never meet a customer's own."""
    return _texts("v{:012x}", (ids + 1) * 2_654_435_761 % 2**47)


def _plain(words: np.ndarray) -> np.ndarray:
    known = {word: _ascii(word) for word in set(words.tolist())}
    return np.array([known[word] for word in words.tolist()], dtype=object)


def _ascii(word: str) -> str:
    return unicodedata.normalize("NFKD", word).encode("ascii", "ignore").decode().lower()


def _texts(template: str, values: np.ndarray) -> np.ndarray:
    return np.array(list(map(template.format, values.tolist())), dtype=object)
