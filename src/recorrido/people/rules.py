"""The rules in force: limits by kind, weak kinds, blocked values. Shipped ones, and the company's own in their place.

Every process keeps them in memory. It asks for their edition at most once a second, and always before it makes a leaf
or a link, under a lock that a change of rules waits for: so no link is ever made by rules that had ended, and what
only looks a leaf up may be one second behind.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from recorrido.people.blocked import SHIPPED, Values, repeats_itself
from recorrido.people.errors import BlockedIdentifier
from recorrido.people.identifiers import MAX_VALUE, Key, normalise
from recorrido.people.kinds import PLAIN, Rule, kind_named
from recorrido.shared import sql

ASK_EVERY = 1.0  # seconds
RECENT = 60.0  # seconds
LOCK = 7_003 << 48


@dataclass(frozen=True, eq=False)
class Rules:
    """One edition. ``latest_end``: no identifier ended later than this."""

    edition: UUID | None = None
    latest_end: datetime | None = None
    own: Mapping[str, Rule] = field(default_factory=dict)
    blocked: Values = field(default_factory=lambda: Values.of((kind, word) for kind, word, _ in SHIPPED))
    allowed: Values = field(default_factory=Values)
    read_at: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_remembered", lru_cache(maxsize=200_000)(self._read))
        object.__setattr__(self, "is_weak", lru_cache(maxsize=1_000)(self._is_weak))

    def is_shareable(self, kind: str) -> bool:
        """Whether several persons may well use one identifier of the kind."""
        return self.is_weak(kind) or kind_named(kind).shareable

    def is_recent(self) -> bool:
        """Whether something checked under the edition before may still be on its way."""
        return time.monotonic() - self.read_at < RECENT

    def rule(self, kind: str) -> Rule:
        return self.own.get(kind) or kind_named(kind).rule

    def is_weak(self, kind: str) -> bool:
        """Whether an identifier of the kind is never what a message is about, where it names a better one."""
        raise NotImplementedError  # remembered, as numbers are

    def _is_weak(self, kind: str) -> bool:
        return self.rule(kind).weak

    def is_blocked(self, kind: str, value: str) -> bool:
        """Whether a value, as written or normalised, identifies nobody."""
        if not (self.blocked.hold(kind, value) or repeats_itself(kind, value)):
            return False
        return not self.allowed.hold(kind, value)

    def read(self, kind: str, value: str, country: str = "") -> Key | None:
        """The leaf that a value means, None where it is empty. Raises UnreadableIdentifier, BlockedIdentifier."""
        if kind not in PLAIN:
            read = (
                self._remembered if len(value) <= MAX_VALUE else self._read
            )  # nobody fills our memory with blanks
            return read(kind, value, country)
        as_it_is = value.isascii() and value.isprintable() and value == value.strip() != ""
        if not as_it_is or len(value) > MAX_VALUE:
            return self._read(kind, value, country)
        if self.is_blocked(kind, value):
            raise BlockedIdentifier(kind, value)
        return kind, value

    def _remembered(self, kind: str, value: str, country: str) -> Key | None:
        """Reading a telephone number again, or an official one, takes longer than remembering what it was."""
        raise NotImplementedError  # each edition has its own memory: see __post_init__

    def _read(self, kind: str, value: str, country: str = "") -> Key | None:
        text = value.strip()
        if text and self.is_blocked(kind, text):
            raise BlockedIdentifier(kind, value)
        key = normalise(kind, value, country)
        if key is not None and key != (kind, text) and self.is_blocked(*key):
            raise BlockedIdentifier(kind, value)
        return key

    def principal_first(self, keys: tuple[Key, ...]) -> tuple[Key, ...]:
        """The keys of one message with the one it is about in front: the first one, or where that one is weak the
        strongest of the others that are not."""
        if len(keys) < 2 or not self.is_weak(keys[0][0]):
            return keys
        strong = [key for key in keys if not self.is_weak(key[0])]
        if not strong:
            return keys
        first = max(strong, key=lambda key: kind_named(key[0]).strength)
        return (first, *(key for key in keys if key != first))


_in_force = Rules()
_asked = float("-inf")


def in_force() -> Rules:
    """The rules this process knows, without asking anybody."""
    return _in_force


def current() -> Rules:
    """The rules, at most a second old. Asks the database."""
    if time.monotonic() - _asked > ASK_EVERY:
        _ask()
    return _in_force


def hold() -> Rules:
    """The rules, exactly, which do not change until this transaction ends."""
    sql.fetch(_HOLD, LOCK)
    return _ask()


def hold_alone() -> None:
    """Let whoever makes leaves or links wait until this transaction, which changes the rules, ends."""
    sql.fetch(_HOLD_ALONE, LOCK)


def forget() -> None:
    """Ask again at the next look: what this process knew was changed, or was rolled back."""
    global _asked  # noqa: PLW0603 – one memory per process is the point
    _asked = float("-inf")


def _ask() -> Rules:
    global _in_force, _asked  # noqa: PLW0603
    rows = sql.fetch(_EDITION)
    edition, latest_end = rows[0] if rows else (None, None)
    if (edition, latest_end) != (_in_force.edition, _in_force.latest_end):
        _in_force = _load(edition, latest_end)
    _asked = time.monotonic()
    return _in_force


def _load(edition: UUID | None, latest_end: datetime | None) -> Rules:
    own = {kind: Rule(*rest) for kind, *rest in sql.fetch(_RULES)}
    values = sql.fetch(_VALUES)
    blocked = [(kind, pattern) for kind, pattern, allowed in values if not allowed]
    shipped: Iterable[tuple[str, str]] = ((kind, pattern) for kind, pattern, _ in SHIPPED)
    return Rules(
        edition,
        latest_end,
        own,
        Values.of([*shipped, *blocked]),
        Values.of((kind, pattern) for kind, pattern, allowed in values if allowed),
    )


_HOLD: Any = "SELECT pg_advisory_xact_lock_shared(%s)"
_HOLD_ALONE: Any = "SELECT pg_advisory_xact_lock(%s)"
_EDITION = "SELECT edition, latest_end FROM people_rulebook"
_RULES = 'SELECT kind, "limit", per_source, weak FROM people_identifierrule'
_VALUES = "SELECT kind, pattern, allowed FROM people_blockedvalue"
