"""The only writes to persons, identifiers and links."""

from __future__ import annotations

from recorrido.people.attributes import tell_attributes
from recorrido.people.resolution import resolve_identifiers

__all__ = ["resolve_identifiers", "tell_attributes"]
