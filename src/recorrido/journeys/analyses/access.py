"""Who may see an analysis: whoever sees journeys."""

from __future__ import annotations

from recorrido.company.access import Permission, require
from recorrido.company.models import Staff
from recorrido.journeys.analyses import queries
from recorrido.journeys.analyses.models import Analysis


def analysis_for(actor: Staff, analysis_id: int) -> Analysis | None:
    """None where it was removed since. Raises Forbidden."""
    require(actor, Permission.SEE_JOURNEYS)
    return queries.analysis_by_id(analysis_id)
