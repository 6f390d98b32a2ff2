"""Alarms, open ones and past ones."""

from __future__ import annotations

from django.db.models import QuerySet

from recorrido.events.models import Alarm


def alarms() -> QuerySet[Alarm]:
    """All alarms that ever were."""
    return Alarm.objects.all()


def open_alarms() -> list[Alarm]:
    """The alarms that are open now, the worst and the oldest first ("bad" stands before "warn")."""
    return list(Alarm.objects.filter(closed_at__isnull=True).order_by("severity", "id"))
