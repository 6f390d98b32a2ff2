from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Model

from recorrido.company.models import AuditEntry, Staff


def audit(
    *,
    actor: Staff | None,
    action: str,
    subject: str,
    subject_id: object = "",
    detail: Mapping[str, Any] | None = None,
) -> AuditEntry:
    """Write down a state change. Call it inside the transaction that makes the change.

    ``action`` is "subject.verb" ("staff.created"); ``detail`` is JSON-ready, by custom with the keys
    ``from``, ``to`` and ``why``; ``actor`` None means the system itself.
    """
    return AuditEntry.objects.create(
        actor=actor,
        actor_name=str(actor) if actor else "",
        action=action,
        subject=subject,
        subject_id=str(subject_id),
        detail=dict(detail or {}),
    )


def apply_changes(row: Model, changes: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Set the fields that differ and save only those; returns ``{"from": {...}, "to": {...}}``, empty if none did.

    Saving whole rows would undo what another request changed in between.
    """
    differing = {name: value for name, value in changes.items() if getattr(row, name) != value}
    if not differing:
        return {}
    before = {name: _plain(getattr(row, name)) for name in differing}
    for name, value in differing.items():
        setattr(row, name, value)
    row.save(update_fields=list(differing))
    return {"from": before, "to": {name: _plain(value) for name, value in differing.items()}}


def _plain(value: object) -> object:
    return str(value) if isinstance(value, Model) else value
