"""Who may see findings: whoever sees journeys. Who may decide on them: whoever has ``HANDLE_FINDINGS``."""

from __future__ import annotations

from recorrido.company.access import Permission, may, require
from recorrido.company.models import Staff
from recorrido.improve.models import Finding
from recorrido.improve.queries import finding_by_id


def finding_for(actor: Staff, finding_id: int) -> Finding:
    """Raises Forbidden, UnknownFinding."""
    require(actor, Permission.SEE_JOURNEYS)
    return finding_by_id(finding_id)


def may_handle(actor: Staff) -> bool:
    """Whether pages offer to accept, dismiss and dispute."""
    return may(actor, Permission.HANDLE_FINDINGS)


def require_handling(actor: Staff) -> None:
    """For every decision on a finding: raises Forbidden."""
    require(actor, Permission.HANDLE_FINDINGS)
