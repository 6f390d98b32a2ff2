"""Counts of what happens, by minute and by hour, and the incidents found in them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from recorrido.events.models import Source
from recorrido.journeys.models import BlueprintVersion
from recorrido.journeys.watch.detection import Kind
from recorrido.shared import clock


class MinuteCount(models.Model):
    """Events that arrived about when they happened, by touchpoint ("" = none), source and minute. Kept eight days."""

    pk = models.CompositePrimaryKey("minute", "touchpoint", "source_id")  # queries.counts: the last hours
    minute = models.DateTimeField()
    touchpoint = models.CharField(max_length=100)
    source = models.ForeignKey(Source, models.PROTECT, related_name="+", db_index=False)
    events = models.PositiveIntegerField()


class HourCount(models.Model):
    """All events by touchpoint, source and hour of happening: what rhythms are made of. Kept for four hundred days.

    ``fresh`` of them arrived within a quarter of an hour, ``prompt`` within a minute: who only sends files is not live.
    """

    pk = models.CompositePrimaryKey("hour", "touchpoint", "source_id")  # queries.counts: the last weeks
    hour = models.DateTimeField()
    touchpoint = models.CharField(max_length=100)
    source = models.ForeignKey(Source, models.PROTECT, related_name="+", db_index=False)
    events = models.PositiveIntegerField()
    fresh = models.PositiveIntegerField(default=0)
    prompt = models.PositiveIntegerField(default=0)


class WatchState(models.Model):
    """One row: what was counted by, and when the watch last looked. Its lock keeps two workers from looking at once."""

    blueprint = models.ForeignKey(BlueprintVersion, models.PROTECT, null=True, related_name="+")
    counted_to = models.BigIntegerField(default=0)  # ledger id; a bookmark set back counts nothing twice
    seen_until = models.DateTimeField(null=True)  # receipt of the last event counted
    looked_at = models.DateTimeField(null=True)
    awake_since = models.DateTimeField(null=True)  # nobody looked before: silence then proves nothing


class Sensitivity(models.TextChoices):
    """How strong the proof must be."""

    CALM = "calm", _("only what is glaring")
    NORMAL = "normal", _("normal")
    KEEN = "keen", _("early, with more false alarms")


class WatchSetting(models.Model):
    """What staff decided about one subject, instead of what the blueprint says."""

    subject = models.CharField(max_length=120, unique=True)  # "touchpoint:payment.refused", "source:shop"
    watched = models.BooleanField(default=True)
    sensitivity = models.CharField(max_length=10, choices=Sensitivity, default=Sensitivity.NORMAL)
    at_least = models.PositiveIntegerField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(sensitivity__in=Sensitivity.values), name="watch_sensitivity"),
        ]


class ClosedBy(models.TextChoices):
    ITSELF = "itself", _("the rate returned")
    STAFF = "staff", _("by hand")
    TIME = "time", _("after three days it counts as usual")


class Verdict(models.TextChoices):
    """What staff say it was."""

    REAL = "real", _("there was something")
    FALSE_ALARM = "false_alarm", _("false alarm")


class IncidentQuerySet(models.QuerySet["Incident"]):
    def open(self) -> IncidentQuerySet:
        return self.filter(closed_at__isnull=True)

    def found(self, words: str) -> IncidentQuerySet:
        """Those whose touchpoint or source the words name."""
        if not words:
            return self
        return self.filter(
            Q(label_es__icontains=words) | Q(label_en__icontains=words) | Q(subject__icontains=words)
        )


class Incident(models.Model):
    """Something broken now for many: from the first abnormal minute until the rate returns.

    ``leader`` is the first of several that belong together; mails speak of all of them at once.
    """

    kind = models.CharField(max_length=10, choices=[(kind.value, kind.value) for kind in Kind])
    subject = models.CharField(max_length=120)
    touchpoint = models.CharField(max_length=100, blank=True)
    source = models.CharField(max_length=64, blank=True)  # that is silent, or that tells of the touchpoint
    of = models.CharField(max_length=100, blank=True)  # the touchpoint whose share it is
    owner = models.CharField(max_length=100, blank=True)  # department of the blueprint
    label_es = models.CharField(max_length=200)
    label_en = models.CharField(max_length=200)
    leader = models.ForeignKey("self", models.PROTECT, null=True, related_name="+", db_index=False)
    first_minute = models.DateTimeField()
    opened_at = models.DateTimeField(default=clock.now)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=10, choices=ClosedBy, blank=True)
    seen = models.PositiveIntegerField()  # events since the first minute
    expected = models.FloatField()  # how many are usual in that time
    minutes = models.PositiveIntegerField()
    peak = models.PositiveIntegerField()  # events in the strongest minute
    persons = models.PositiveIntegerField(null=True)  # None: nobody can know, as of a silent source
    series: models.JSONField[Any, Any] = models.JSONField(
        default=list
    )  # [minute, events, usual, bound] for the chart
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    verdict = models.CharField(max_length=12, choices=Verdict, blank=True)
    note = models.TextField(blank=True)

    objects = IncidentQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            # actions.look: one open incident per subject, however many workers look
            models.UniqueConstraint(
                fields=["subject"], name="incident_open", condition=Q(closed_at__isnull=True)
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, closed_by="")
                | Q(closed_at__isnull=False) & ~Q(closed_by=""),
                name="incident_closed_by",
            ),
        ]
        indexes: ClassVar = [
            # actions.look: when a subject was last closed
            models.Index(fields=["subject", "-closed_at"], name="incident_of_subject"),
            # actions.telling: those that belong together
            models.Index(fields=["leader"], name="incident_leader", condition=Q(leader__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.first_minute:%Y-%m-%d %H:%M}"

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    @property
    def root_id(self) -> int:
        return self.leader_id or self.pk

    @property
    def rate(self) -> float:
        """Events a minute since it began."""
        return self.seen / max(self.minutes, 1)

    @property
    def usual_rate(self) -> float:
        return self.expected / max(self.minutes, 1)

    def label(self, language: str) -> str:
        return self.label_en if language.startswith("en") else self.label_es

    def lasted_until(self, now: datetime) -> datetime:
        return self.closed_at or now
