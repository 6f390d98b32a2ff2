"""What staff decide about the ledger: schemas, remappings, retention, and the jobs that carry them out."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.functions import Now

from recorrido.events.models.ledger import Event, EventType, Source


class Policy(models.TextChoices):
    """What happens to an event that its schema does not allow."""

    NOTE = "note"
    REFUSE = "refuse"


class EventSchema(models.Model):
    """One version of what the properties of an event type should look like: JSON Schema 2020-12 as text."""

    type = models.ForeignKey(EventType, models.PROTECT, related_name="+", db_index=False)
    version = models.PositiveIntegerField()
    text = models.TextField()
    policy = models.CharField(max_length=8, choices=Policy.choices, default=Policy.NOTE)
    remark = models.TextField(db_default="")
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    created_at = models.DateTimeField(db_default=Now())
    active_since = models.DateTimeField(null=True)
    retired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            # queries.schemas_of: the versions of a type, in order
            models.UniqueConstraint(fields=["type", "version"], name="eventschema_type_version"),
            # schemas.book: one version in force per type
            models.UniqueConstraint(
                fields=["type"],
                name="eventschema_in_force",
                condition=models.Q(active_since__isnull=False, retired_at__isnull=True),
            ),
            models.CheckConstraint(
                condition=models.Q(policy__in=Policy.values), name="eventschema_policy_known"
            ),
        ]

    @property
    def in_force(self) -> bool:
        return self.active_since is not None and self.retired_at is None


class Remapping(models.Model):
    """A change of how past events are read: a type by another word, or corrections beside the events.

    The ledger itself is never rewritten; undoing takes the alias or the corrections out of force.
    """

    name = models.CharField(max_length=120)
    source = models.ForeignKey(Source, models.PROTECT, null=True, related_name="+", db_index=False)
    type_pattern = models.CharField(max_length=120)
    steps = models.TextField()
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    created_at = models.DateTimeField(db_default=Now())
    applied_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)
    changed = models.BigIntegerField(default=0, help_text="How many events are read differently.")

    @property
    def in_force(self) -> bool:
        return self.applied_at is not None and self.undone_at is None


class EventCorrection(models.Model):
    """What one remapping says about one event. Rows are only added."""

    pk = models.CompositePrimaryKey("event_id", "remapping_id")
    event = models.ForeignKey(Event, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    remapping = models.ForeignKey(Remapping, models.PROTECT, related_name="+", db_index=False)
    channel = models.CharField(max_length=16, null=True, help_text="Empty text: internal work, no channel.")
    leaf_id = models.BigIntegerField(null=True)
    object_ids = ArrayField(models.BigIntegerField(), default=list)

    class Meta:
        indexes = [
            # actions.undo_remapping: the events a remapping speaks of
            models.Index(fields=["remapping", "event"], name="eventcorrection_remapping"),
        ]


class EventOverlay(models.Model):
    """The corrections in force of one event, added up: what readers lay over it. Follows from EventCorrection."""

    event = models.OneToOneField(
        Event, models.PROTECT, primary_key=True, related_name="+", db_constraint=False
    )
    channel = models.CharField(max_length=16, null=True)
    leaf_id = models.BigIntegerField(null=True)
    object_ids = ArrayField(models.BigIntegerField(), default=list)

    class Meta:
        indexes = [
            # queries.timeline_of_person: events that a correction gave to a person
            models.Index(
                fields=["leaf_id"], name="eventoverlay_leaf", condition=models.Q(leaf_id__isnull=False)
            ),
            # queries.events_of_object: events that a correction tied to an object
            GinIndex(fields=["object_ids"], name="eventoverlay_objects"),
        ]


class PastChange(models.Model):
    """Events from ``first_id`` to ``last_id`` were changed, or are read differently: by a statement that was committed.

    Written by triggers on what holds events and corrections, whoever changes them, so that whoever keeps copies of events
    (the export) reads just those again. Words of types are no such change: those are compared.
    """

    first_id = models.BigIntegerField()
    last_id = models.BigIntegerField()
    at = models.DateTimeField(db_default=Now())


class RetentionRule(models.Model):
    """What is taken out of old events: their properties, or the person of those nobody ever knew.

    ``done_id`` and ``done_before``: everything up to that ledger position that happened before that moment is done.
    """

    EMPTY, FORGET = "empty", "forget"
    KINDS = [(EMPTY, EMPTY), (FORGET, FORGET)]

    kind = models.CharField(max_length=8, choices=KINDS)
    source = models.ForeignKey(Source, models.PROTECT, null=True, related_name="+", db_index=False)
    type_pattern = models.CharField(max_length=120, blank=True)
    months = models.PositiveSmallIntegerField()
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(db_default=Now())
    done_id = models.BigIntegerField(default=0)
    done_before = models.DateTimeField(null=True)
    last_run_at = models.DateTimeField(null=True)
    emptied = models.BigIntegerField(default=0, help_text="Events changed so far.")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=["empty", "forget"]), name="retentionrule_kind_known"
            ),
            models.CheckConstraint(condition=models.Q(months__gte=1), name="retentionrule_a_month_at_least"),
        ]


class LedgerJob(models.Model):
    """A long piece of work on the ledger or its quarantine, done by the worker in short transactions."""

    QUEUED, RUNNING, DONE, FAILED = "queued", "running", "done", "failed"
    STATES = [(state, state) for state in (QUEUED, RUNNING, DONE, FAILED)]
    REPLAY, DISCARD, REMAP, UNDO = "replay", "discard", "remap", "undo"
    KINDS = [(kind, kind) for kind in (REPLAY, DISCARD, REMAP, UNDO)]

    kind = models.CharField(max_length=12, choices=KINDS)
    about = models.JSONField(default=dict, help_text="what the work is: a filter, a rule, a remapping")
    state = models.CharField(max_length=8, choices=STATES, default=QUEUED)
    total = models.BigIntegerField(default=0)
    handled = models.BigIntegerField(default=0)
    position = models.BigIntegerField(
        default=0, help_text="the last row handled: a new worker goes on from there"
    )
    counts = models.JSONField(default=dict)
    error = models.TextField(db_default="")
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    created_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)

    @property
    def percent(self) -> int:
        return 100 if self.state == self.DONE else min(99, 100 * self.handled // max(self.total, 1))

    @property
    def is_open(self) -> bool:
        return self.state in (self.QUEUED, self.RUNNING)
