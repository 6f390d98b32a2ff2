"""What a key without ``read:persons`` gets of an event: no identifier, also not where a source wrote one into a property."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from recorrido.events.queries import Recorded
from recorrido.people.errors import UnreadableIdentifier
from recorrido.people.identifiers import normalise
from recorrido.people.models import Identifier

HIDDEN = "[hidden: read:persons]"
_OURS = ("$unread_identifiers", "$blocked_identifiers")
_EMAIL = re.compile(r"[^\s@\"'<>,;:]+@[^\s@\"'<>,;:]+\.[^\s@\"'<>,;:]+")
_TELEPHONE = re.compile(r"\+?\(?\d[\d\s().-]{6,18}\d")


def hide_identifiers(events: Sequence[Recorded]) -> list[dict[str, Any]]:
    """The properties of each event without identifiers: its own, and whatever looks like a mail or telephone."""
    leaves = _leaves({leaf for event in events for leaf in event.leaf_ids})
    return [
        _cleaned(event.properties, {leaves[leaf] for leaf in event.leaf_ids if leaf in leaves})
        for event in events
    ]


def _leaves(ids: set[int]) -> dict[int, tuple[str, str]]:
    rows = Identifier.objects.filter(id__in=ids).values_list("id", "kind", "value")
    return {id_: (kind, value) for id_, kind, value in rows}


def _cleaned(value: Any, known: Collection[tuple[str, str]]) -> Any:
    if isinstance(value, Mapping):
        return {_text(key, known): _cleaned(item, known) for key, item in value.items() if key not in _OURS}
    if isinstance(value, list):
        return [_cleaned(item, known) for item in value]
    if isinstance(value, str):
        return _text(value, known)
    if isinstance(value, int) and not isinstance(value, bool):
        return HIDDEN if _is_one(str(value), known) else value
    return value


def _text(text: str, known: Collection[tuple[str, str]]) -> str:
    if _is_one(text, known):
        return HIDDEN
    return _TELEPHONE.sub(_unless_date, _EMAIL.sub(HIDDEN, text))


def _is_one(text: str, known: Collection[tuple[str, str]]) -> bool:
    """Whether a text is one of the event's identifiers, however it is written."""
    return any(_same(text, kind, value) for kind, value in known)


def _same(text: str, kind: str, value: str) -> bool:
    if text.strip().casefold() == value.casefold():
        return True
    if kind != "phone":
        return False
    digits = re.sub(r"\D", "", text)
    return len(digits) >= 7 and value.endswith(digits)


def _unless_date(found: re.Match[str]) -> str:
    """2026-03-01 15:00 has the shape of a telephone number, and so has an order's number: only what reads as one goes."""
    try:
        return (
            HIDDEN if found.group().startswith("+") and normalise("phone", found.group()) else found.group()
        )
    except UnreadableIdentifier:
        return found.group()
