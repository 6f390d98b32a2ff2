"""The only writes to persons, identifiers, links and attributes."""

from __future__ import annotations

from recorrido.people.actions.decisions import (
    Separation,
    accept_link,
    merge_persons,
    refuse_link,
    unmerge,
    unmerge_link,
)
from recorrido.people.attributes import tell_attributes
from recorrido.people.introductions import introduce_persons
from recorrido.people.resolution import resolve_identifiers

__all__ = [
    "Separation",
    "accept_link",
    "introduce_persons",
    "merge_persons",
    "refuse_link",
    "resolve_identifiers",
    "tell_attributes",
    "unmerge",
    "unmerge_link",
]
