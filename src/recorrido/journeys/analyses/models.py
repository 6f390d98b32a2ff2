"""One row per analysis of one log version with one set of parameters: its progress, then its result."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from recorrido.shared import clock

Parameters = Mapping[str, Any]


class AnalysisState(models.TextChoices):
    QUEUED = "queued", _("waiting")
    RUNNING = "running", _("being worked out")
    DONE = "done", _("done")
    FAILED = "failed", _("failed")


UNDER_WAY = (AnalysisState.QUEUED, AnalysisState.RUNNING)


def digest_of(parameters: Parameters) -> str:
    """A name for a set of parameters, whatever their order."""
    text = json.dumps(parameters, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


class AnalysisQuerySet(models.QuerySet["Analysis"]):
    def about(self, journey_type: str, kind: str, parameters: Parameters) -> AnalysisQuerySet:
        return self.filter(journey_type=journey_type, kind=kind, digest=digest_of(parameters))

    def done(self) -> AnalysisQuerySet:
        return self.filter(state=AnalysisState.DONE)


class Analysis(models.Model):
    """``result`` is what the registered function returned; it never changes, as the log version never does."""

    journey_type = models.CharField(_("journey type"), max_length=100)
    kind = models.CharField(_("kind"), max_length=60)
    log_version = models.CharField(max_length=64)
    parameters = models.JSONField(default=dict)
    digest = models.CharField(max_length=64)  # of the parameters
    values = models.PositiveIntegerField(default=0)  # the version of the value model; 0: there was none
    calendar = models.PositiveIntegerField(default=0)  # the edition of the calendar, for kinds that read it
    state = models.CharField(_("state"), max_length=10, choices=AnalysisState, default=AnalysisState.QUEUED)
    percent = models.PositiveSmallIntegerField(default=0)
    result = models.JSONField(null=True)
    error = models.TextField(blank=True)
    as_of = models.DateTimeField(null=True)  # the moment the log speaks of
    seconds = models.FloatField(null=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(default=clock.now)
    finished_at = models.DateTimeField(null=True)

    objects = AnalysisQuerySet.as_manager()

    class Meta:
        verbose_name = _("analysis")
        indexes: ClassVar = [
            # newest_done(): every page of an analysis
            models.Index(
                fields=["journey_type", "kind", "digest", "-id"],
                condition=Q(state="done"),
                name="analysis_newest_done",
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["journey_type", "kind", "digest", "log_version", "values", "calendar"],
                name="analysis_once_a_version",
            ),
            models.CheckConstraint(condition=Q(percent__lte=100), name="analysis_percent"),
            models.CheckConstraint(
                condition=~Q(state="done") | Q(result__isnull=False), name="analysis_done_has_result"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"

    @property
    def under_way(self) -> bool:
        return self.state in UNDER_WAY
