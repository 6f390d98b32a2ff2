"""Drafts of blueprints, and in which order the events of the ledger happen."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q, QuerySet

from recorrido.journeys.blueprint import find_blueprint
from recorrido.journeys.models import BlueprintDraft, BlueprintVersion, DraftState
from recorrido.shared import sql

NEWEST = 200_000  # events looked at: what was just imported stands at the end of the ledger
SAMPLE = 5_000  # objects looked at


def is_untouched_starter(version: BlueprintVersion) -> bool:
    """Whether the blueprint is the example that a new installation begins with, as it was shipped."""
    return version.source == find_blueprint("starter").read_text(encoding="utf-8")


def find_drafts(words: str = "") -> QuerySet[BlueprintDraft]:
    """Drafts that were not dropped, found by name or the file they came from."""
    found = BlueprintDraft.objects.exclude(state=DraftState.DROPPED).select_related("staff", "installed")
    return found.filter(Q(name__icontains=words) | Q(origin__icontains=words)) if words else found


def observed_order(types: Sequence[str], key: str) -> list[str]:
    """The event types by the median time since the first event of the same object (or identifier, for persons).

    Types that happen at the same median moment, and those never seen, keep the order they were given in.
    """
    holder = "e.leaf_id" if key == "person" else "o.id"
    join = "" if key == "person" else _OBJECTS
    statement = _ORDER.replace("{holder}", holder).replace("{join}", join)
    kind = [] if key == "person" else [key]
    rows = sql.fetch(statement, NEWEST, *kind, list(types), SAMPLE)
    median = dict(rows)
    last = max(median.values(), default=0)
    return sorted(types, key=lambda name: median.get(name, last))


_OBJECTS = """
    JOIN LATERAL unnest(e.object_ids) held(id) ON true
    JOIN events_objectref o ON o.id = held.id AND o.kind = %s
"""
_ORDER = """
    WITH seen AS (
        SELECT {holder} AS holder, t.name, min(e.at) AS at
        FROM (SELECT * FROM events_event ORDER BY id DESC LIMIT %s) e JOIN events_eventtype t ON t.id = e.type_id {join}
        WHERE t.name = ANY(%s) AND {holder} IS NOT NULL
        GROUP BY 1, 2
    ), begun AS (
        SELECT holder, min(at) AS began FROM seen GROUP BY holder HAVING count(*) > 1 ORDER BY holder LIMIT %s
    )
    SELECT seen.name, percentile_disc(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM seen.at - begun.began))
    FROM seen JOIN begun USING (holder) GROUP BY 1
"""
