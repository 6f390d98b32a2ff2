"""The identifiers of one message: those that are leaves, and those that are kept aside."""

from __future__ import annotations

from collections.abc import Sequence

from recorrido.people.errors import BlockedIdentifier, UnreadableIdentifier
from recorrido.people.kinds import Key
from recorrido.people.rules import Rules

UNREAD = "$unread_identifiers"
BLOCKED = "$blocked_identifiers"


def read_identifiers(
    identifiers: Sequence[tuple[str, str]], country: str, rules: Rules
) -> tuple[tuple[Key, ...], dict[str, list[list[str]]]]:
    """The leaves, each once, in the order given; and as facts what nobody could read ([kind, value, why]) and what
    identifies nobody ([kind, value])."""
    keys: dict[Key, None] = {}
    aside: dict[str, list[list[str]]] = {}
    for kind, value in identifiers:
        try:
            key = rules.read(kind, value, country)
        except BlockedIdentifier:
            aside.setdefault(BLOCKED, []).append([kind, value])
        except UnreadableIdentifier as error:
            aside.setdefault(UNREAD, []).append([kind, value, error.why])
        except (TypeError, AttributeError):
            aside.setdefault(UNREAD, []).append([str(kind), str(value), "not a text"])
        else:
            if key is not None:
                keys[key] = None
    return tuple(keys), aside
