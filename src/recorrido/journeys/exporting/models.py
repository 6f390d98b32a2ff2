"""One row per run of the export: where to, how far it is, what it wrote."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from recorrido.shared import clock


class ExportState(models.TextChoices):
    RUNNING = "running", _("under way")
    DONE = "done", _("done")
    FAILED = "failed", _("failed")


class EventExport(models.Model):
    """One run. Only runs that had something to do leave a row."""

    destination = models.CharField(max_length=500)
    state = models.CharField(_("state"), max_length=8, choices=ExportState, default=ExportState.RUNNING)
    percent = models.PositiveSmallIntegerField(default=0)
    events = models.BigIntegerField(default=0)  # taken in by this run
    rewritten = models.IntegerField(default=0)  # files written anew, as events in them changed
    rows = models.BigIntegerField(null=True)  # all events that lie there now
    bytes = models.BigIntegerField(null=True)
    position = models.BigIntegerField(null=True)  # every event up to this ledger position lies there
    error = models.TextField(blank=True)
    started_at = models.DateTimeField(default=clock.now)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("export of events")
        indexes: ClassVar = [
            # queries.state_of_export: the newest run, and the newest that ended well
            models.Index(fields=["destination", "-id"], name="eventexport_newest"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(percent__lte=100), name="eventexport_percent"),
            models.CheckConstraint(condition=Q(state__in=ExportState.values), name="eventexport_state"),
        ]

    def __str__(self) -> str:
        return f"{self.destination} {self.id}"

    @property
    def seconds(self) -> float | None:
        return (self.finished_at - self.started_at).total_seconds() if self.finished_at else None
