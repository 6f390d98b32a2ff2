"""Whose hand it is: a member of staff on a page, or a key of the API whose scope was checked there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from recorrido.company.access import Permission, require
from recorrido.company.actions import audit
from recorrido.company.errors import Forbidden
from recorrido.company.models import Staff
from recorrido.connectors.webhooks.models import Endpoint


@dataclass(frozen=True, slots=True)
class Hand:
    """``key``: the name of the API key, when no member of staff acts."""

    staff: Staff | None = None
    key: str = ""

    def check(self) -> None:
        """Raises Forbidden."""
        if self.staff is not None:
            require(self.staff, Permission.MANAGE_WEBHOOKS)
        elif not self.key:
            raise Forbidden()

    def write_down(self, verb: str, endpoint: Endpoint, detail: Mapping[str, Any] | None = None) -> None:
        by_key = {"by key": self.key} if self.key else {}
        audit(
            actor=self.staff,
            action=f"webhook.{verb}",
            subject="webhook",
            subject_id=endpoint.pk,
            detail={**(detail or {}), **by_key},
        )
