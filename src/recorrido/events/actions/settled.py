"""Taking out of the quarantine what need not be kept: the texts of refused events that wait no more."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from recorrido.events.models import Quarantine, QuarantineEdit, RetentionRule
from recorrido.events.patterns import as_condition

BATCH = 2_000
SETTLED = Q(released_at__isnull=False) | Q(discarded_at__isnull=False)


def empty_settled(rule: RetentionRule, until: datetime) -> int:
    """Empty what was replayed or discarded and came before ``until``, with its edits; returns how many rows.

    Fingerprint, reason and who decided stay: sent again, it is known. What still waits is somebody's work, and kept.
    """
    due = Quarantine.objects.filter(SETTLED, as_condition("type", rule.type_pattern), created_at__lt=until)
    due = due.exclude(payload="")
    if rule.source_id is not None:
        due = due.filter(source_id=rule.source_id)
    emptied = 0
    while True:
        with transaction.atomic():
            ids = list(due.order_by("id").values_list("id", flat=True)[:BATCH])
            QuarantineEdit.objects.filter(quarantine_id__in=ids).update(payload="")
            emptied += Quarantine.objects.filter(id__in=ids).update(payload="", detail="")
        if len(ids) < BATCH:
            return emptied
