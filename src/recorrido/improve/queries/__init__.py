"""What pages ask of findings: rows, their history, what they are worth together, the journeys behind one."""

from recorrido.improve.queries.behind import (
    SampledJourney,
    disputed_journeys,
    sampled_journeys,
    select_behind,
)
from recorrido.improve.queries.findings import (
    FINDINGS,
    Figures,
    finding_by_id,
    history_of,
    improvement_of,
    improvements_of,
    known_findings,
    last_look,
    newest_run,
    trail_of,
)
from recorrido.improve.queries.together import Money, money_of, together

__all__ = [
    "FINDINGS",
    "Figures",
    "Money",
    "SampledJourney",
    "disputed_journeys",
    "finding_by_id",
    "history_of",
    "improvement_of",
    "improvements_of",
    "known_findings",
    "last_look",
    "money_of",
    "newest_run",
    "sampled_journeys",
    "select_behind",
    "together",
    "trail_of",
]
