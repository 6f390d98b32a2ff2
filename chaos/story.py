"""What the clients tell: made from the seed alone, so that who judges can make it again. No product code in here.

Persons visit on one to three devices, sign in, leave an e-mail address. Their pieces arrive in any order and over
several clients, so persons are made apart and merged later. Nobody's identifiers conflict with anybody else's. One event
in a hundred is broken: it belongs in the quarantine, and its neighbours in the ledger.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

Key = tuple[str, str]
Item = dict[str, Any]

EVENTS_PER_PERSON = 20
NAMES = ("Product Viewed", "Product Added", "Checkout Started", "Order Completed", "Order Refunded")
CLAIM = "Claim Made"
"""What is told onwards: each as a webhook, and by mail."""
CLAIMS = 0.01
TRACKS = (*NAMES, CLAIM)
BROKEN = 0.01
LIBRARY = {"library": {"name": "analytics-python", "version": "2.3.4"}}


@dataclass(frozen=True)
class Told:
    """One event as it is sent. ``keys``: the identifiers it names, as the ledger should read them; ``refused``: the code
    under which it belongs in the quarantine, if it does."""

    number: int
    item: Item
    keys: tuple[Key, ...]
    refused: str = ""


@dataclass(frozen=True)
class Story:
    """The events of all clients."""

    seed: int
    events: int

    def part(self, client: int, count: int) -> Iterator[Told]:
        """The events of one client, in the order it sends them."""
        random = Random(f"{self.seed}-{client}")
        persons = max(10, self.events // EVENTS_PER_PERSON)
        for number in range(count):
            visitor = _Visitor(random.randrange(persons), random)
            item: Item = {"messageId": f"chaos-{client}-{number}", "context": LIBRARY}
            if random.random() < BROKEN:
                yield _broken(number, item, visitor, random)
            else:
                yield _sound(number, item, visitor, random)


class _Visitor:
    """A person at one of their devices."""

    def __init__(self, person: int, random: Random) -> None:
        self.person = person
        self.device = f"device-{person}-{random.randrange(1 + person % 3)}"
        self.customer = f"C-{person}"
        self.email = f"cliente{person}@correo.cl"


def _sound(number: int, item: Item, visitor: _Visitor, random: Random) -> Told:
    chance = random.random()
    if chance < 0.02:
        item |= {"type": "alias", "userId": visitor.customer, "previousId": visitor.device}
        return Told(number, item, (("customer", visitor.customer), ("anonymous", visitor.device)))
    keys = _sign(item, visitor, random)
    if chance < 0.15:
        region = random.choice(["RM", "BI", "VS"])
        item |= {"type": "identify", "traits": {"email": visitor.email, "region": region}}
        keys = (*keys, ("email", visitor.email))
    elif chance < 0.25:
        item |= {"type": "page", "name": "Home", "properties": {"path": f"/{random.randrange(50)}"}}
    elif chance < 0.26:
        item |= {
            "type": "group",
            "groupId": f"company-{visitor.person % 50}",
            "traits": {"name": "Comercial"},
        }
    else:
        item |= _track(visitor, random)
    return Told(number, item, keys)


def _sign(item: Item, visitor: _Visitor, random: Random) -> tuple[Key, ...]:
    """Every second time the visitor is signed in."""
    item["anonymousId"] = visitor.device
    if random.random() < 0.5:
        return (("anonymous", visitor.device),)
    item["userId"] = visitor.customer
    return (("customer", visitor.customer), ("anonymous", visitor.device))


def _track(visitor: _Visitor, random: Random) -> Item:
    name = CLAIM if random.random() < CLAIMS else random.choice(NAMES)
    order = f"{visitor.person}-{random.randrange(7)}"
    return {
        "type": "track",
        "event": name,
        "properties": {"order_id": order, "total": random.randrange(1_000, 90_000)},
    }


def _broken(number: int, item: Item, visitor: _Visitor, random: Random) -> Told:
    item["anonymousId"] = visitor.device
    refused = random.choice(["missing_event", "unreadable_time", "nul_character", "no_user_anon_id"])
    if refused == "missing_event":
        item["type"] = "track"
    elif refused == "unreadable_time":
        item |= {"type": "track", "event": NAMES[0], "timestamp": "ayer"}
    elif refused == "nul_character":
        item |= {"type": "track", "event": NAMES[0], "properties": {"note": "a\0b"}}
    else:
        item["type"] = "page"
        del item["anonymousId"]
    return Told(number, item, (), refused)


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
