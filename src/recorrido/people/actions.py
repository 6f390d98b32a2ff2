"""The only writes to persons, identifiers, links and attributes."""

from __future__ import annotations

from recorrido.people.attributes import tell_attributes
from recorrido.people.introductions import introduce_persons
from recorrido.people.resolution import resolve_identifiers

__all__ = ["introduce_persons", "resolve_identifiers", "tell_attributes"]
