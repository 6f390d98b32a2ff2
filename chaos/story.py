"""What the clients tell: made from the seed alone, so that who judges can make it again. No product code in here.

Persons visit on one to three devices, sign in, leave an e-mail address. Their pieces arrive in any order and over
several clients, so persons are made apart and merged later. Nobody's identifiers conflict with anybody else's.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

Key = tuple[str, str]

EVENTS_PER_PERSON = 20
NAMES = ("Product Viewed", "Product Added", "Checkout Started", "Order Completed", "Order Refunded")
DAYS = 60


@dataclass(frozen=True)
class Told:
    """One event as it is sent; ``keys`` are the identifiers it names, as the ledger should read them."""

    number: int
    item: dict[str, Any]
    keys: tuple[Key, ...]


@dataclass(frozen=True)
class Story:
    """The events of all clients. ``tag`` keeps trials apart."""

    seed: int
    events: int
    tag: str = "chaos"

    def part(self, client: int, count: int) -> Iterator[Told]:
        """The events of one client, in the order it sends them."""
        random = Random(f"{self.seed}-{client}")
        persons = max(10, self.events // EVENTS_PER_PERSON)
        for number in range(count):
            person = random.randrange(persons)
            yield self._event(random, client, number, person)

    def _event(self, random: Random, client: int, number: int, person: int) -> Told:
        device = f"{self.tag}-device-{person}-{random.randrange(1 + person % 3)}"
        customer = f"C-{person}"
        email = f"cliente{person}@correo.cl"
        item: dict[str, Any] = {
            "messageId": f"{self.tag}-{client}-{number}",
            "anonymousId": device,
            "timestamp": f"2026-{1 + number % DAYS // 30:02}-{1 + number % 28:02}T12:00:{number % 60:02}.000Z",
        }
        keys: tuple[Key, ...] = (("anonymous", device),)
        chance = random.random()
        if chance < 0.5:
            keys = (("customer", customer), *keys)
            item["userId"] = customer
        if chance > 0.85:
            item |= {
                "type": "identify",
                "traits": {"email": email, "region": random.choice(["RM", "BI", "VS"])},
            }
            return Told(number, item, (*keys, ("email", email)))
        item |= {"type": "track", "event": NAMES[number % len(NAMES)]}
        item["properties"] = {
            "order_id": f"{self.tag}-{person}-{number % 7}",
            "total": random.randrange(1_000, 90_000),
        }
        return Told(number, item, keys)


class Persons:
    """Union-find over identifiers: who is who, as plainly as it can be said."""

    def __init__(self) -> None:
        self._above: dict[Key, Key] = {}

    def tell(self, keys: tuple[Key, ...]) -> None:
        for key in keys:
            self._above.setdefault(key, key)
        for other in keys[1:]:
            self._above[self.root(other)] = self.root(keys[0])

    def root(self, key: Key) -> Key:
        while self._above[key] != key:
            self._above[key] = key = self._above[self._above[key]]
        return key

    def roots(self) -> dict[Key, Key]:
        return {key: self.root(key) for key in self._above}
