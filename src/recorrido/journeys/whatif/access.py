"""Who may keep changes under a name: whoever has ``NAME_CHANGES``. Everybody who sees journeys opens them."""

from __future__ import annotations

from recorrido.company.access import Permission, may, require
from recorrido.company.models import Staff


def may_name(actor: Staff) -> bool:
    """Whether pages offer to save, rename and remove."""
    return may(actor, Permission.NAME_CHANGES)


def require_naming(actor: Staff) -> None:
    """Raises Forbidden."""
    require(actor, Permission.NAME_CHANGES)
