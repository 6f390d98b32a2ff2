"""The only writes to the company's tables. Each change writes its row and an audit entry in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

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
