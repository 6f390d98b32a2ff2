"""Ask the worker to look for findings now."""

from __future__ import annotations

from recorrido.company.models import Staff
from recorrido.improve.access import require_handling
from recorrido.improve.queries import FINDINGS
from recorrido.journeys.analyses.actions import request_analysis
from recorrido.journeys.analyses.models import Analysis
from recorrido.journeys.queries import open_study


def request_findings(*, actor: Staff) -> Analysis:
    """Queue a look at the newest version of the first journeys' log; one that is under way or done is returned.

    Raises Forbidden, and what ``open_study`` raises.
    """
    require_handling(actor)
    return request_analysis(study=open_study(), kind=FINDINGS, actor=actor)
