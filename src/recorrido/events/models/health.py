"""How the sources are doing: counters that a consumer of the ledger keeps, limits, and alarms."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from recorrido.events.models.ledger import EventType, Source

LAG_LIMITS = (1, 10, 60, 600, 3_600, 21_600, 86_400, 604_800)
"""Seconds that part the buckets of ``SourceDay.lags``: bucket 0 is below the first, the last one above all."""


class SourceDay(models.Model):
    """What one source sent of one type on one day (of receipt, in the installation's zone).

    ``lags`` counts events by the time from happening to receipt; ``first_id`` and ``last_id`` bound their place in the
    ledger, so that the events behind a figure are found without reading the whole.
    """

    pk = models.CompositePrimaryKey("source_id", "day", "type_id")
    source = models.ForeignKey(Source, models.PROTECT, related_name="+", db_index=False)
    day = models.DateField()
    type = models.ForeignKey(EventType, models.PROTECT, related_name="+", db_index=False)
    events = models.BigIntegerField()
    nobody = models.BigIntegerField(help_text="without a person")
    ahead = models.BigIntegerField(help_text="that happened after we received them, by their own clock")
    violations = models.BigIntegerField(help_text="that their schema does not allow")
    unread = models.BigIntegerField(help_text="with identifiers nobody could read")
    sent = models.BigIntegerField(help_text="whose client says when it sent them")
    skewed = models.BigIntegerField(help_text="whose client's clock is a minute or more off")
    skew_seconds = models.FloatField(help_text="sum of receipt minus sending")
    lags = ArrayField(models.BigIntegerField(), default=list)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    last_received_at = models.DateTimeField()
    first_id = models.BigIntegerField()
    last_id = models.BigIntegerField()

    class Meta:
        indexes = [
            # queries.types_seen: the counters of one event type
            models.Index(fields=["type", "day"], name="sourceday_type"),
            # queries.health: the last days of all sources
            models.Index(fields=["day"], name="sourceday_day"),
        ]


class SourceHour(models.Model):
    """How many events of a source were received in an hour: its rhythm. Kept for some weeks."""

    pk = models.CompositePrimaryKey("source_id", "hour")
    source = models.ForeignKey(Source, models.PROTECT, related_name="+", db_index=False)
    hour = models.DateTimeField()
    events = models.BigIntegerField()


class HealthThreshold(models.Model):
    """What a source may do before it is an alarm. Empty: the usual limit (``queries.health.STANDARD``)."""

    source = models.OneToOneField(Source, models.PROTECT, primary_key=True, related_name="+")
    alarms = models.BooleanField(default=True)
    silence_hours = models.PositiveIntegerField(null=True)
    lag_minutes = models.PositiveIntegerField(null=True)
    refused_percent = models.PositiveSmallIntegerField(null=True)
    waiting = models.PositiveIntegerField(null=True)
    violation_percent = models.PositiveSmallIntegerField(null=True)
    skew_percent = models.PositiveSmallIntegerField(null=True)
    nobody_percent = models.PositiveSmallIntegerField(null=True)


class Alarm(models.Model):
    """Something about the data that is wrong now, from its opening to its close."""

    code = models.CharField(max_length=40)
    subject = models.CharField(max_length=80, help_text="the source or the consumer it is about")
    severity = models.CharField(max_length=8)
    facts: models.JSONField[Any, Any] = models.JSONField(
        default=dict, help_text="what its sentence is made of"
    )
    opened_at = models.DateTimeField(db_default=Now())
    seen_at = models.DateTimeField(help_text="when it was last found to be so")
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            # actions.review_alarms: one open alarm per matter, however many workers look
            models.UniqueConstraint(
                fields=["code", "subject"], name="alarm_open", condition=models.Q(closed_at__isnull=True)
            ),
        ]
        indexes = [
            # queries.alarms: the newest first
            models.Index(fields=["-id"], name="alarm_newest"),
        ]
