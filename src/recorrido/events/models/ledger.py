"""The ledger: everything that happened, once, for ever.

Foreign keys of :class:`Event` and :class:`EventObject` carry no database constraint: the only door that writes them
(`actions.record_events`) makes the rows they point to in the same transaction, the ledger is append-only, and checking
three keys per row would cost a third of the rate.
"""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models.functions import Now

from recorrido.people.models import Identifier

BLOCK_BITS = 22
"""A block is 4,194,304 ids. The SQL function ``events_of_leaf`` knows it too."""


class Source(models.Model):
    """The system that told us: shop, ERP, call centre, sensor. ``country`` reads phone numbers without a prefix."""

    name = models.CharField(max_length=64, unique=True)
    country = models.CharField(max_length=2, blank=True)
    ahead_hours = models.PositiveSmallIntegerField(
        null=True, help_text="How far ahead of our clock its events may be; empty: the door's own limit."
    )
    created_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return self.name


class EventType(models.Model):
    """Dictionary of event types: the ledger stores a small number instead of the word.

    ``maps_to``: this word is read as another one (a remapping); what was recorded keeps its own number.
    """

    name = models.CharField(max_length=120, unique=True)
    maps_to = models.ForeignKey("self", models.PROTECT, null=True, related_name="+", db_index=False)
    mapped_by = models.ForeignKey(
        "events.Remapping", models.PROTECT, null=True, related_name="+", db_index=False
    )
    created_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return self.name


class ObjectRef(models.Model):
    """Something an event touches, named as its system names it: order 1007, store S03, product 88."""

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=32)
    external_id = models.CharField(max_length=200)

    class Meta:
        constraints = [
            # actions.record_events, queries.find_object: an object by its name
            models.UniqueConstraint(fields=["kind", "external_id"], name="objectref_kind_external"),
        ]


class Event(models.Model):
    """One thing that happened. Append-only: a trigger refuses changes outside the erasure path.

    ``leaf`` is the principal identifier, ``leaf_ids`` all of them, ``object_ids`` the objects in the order given.
    """

    id = models.BigAutoField(primary_key=True)
    source = models.ForeignKey(Source, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    hash = models.UUIDField(help_text="16-byte BLAKE2b of the message id; stays when a person is erased.")
    type = models.ForeignKey(EventType, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    channel = models.CharField(max_length=16, null=True)
    at = models.DateTimeField()
    date_only = models.BooleanField(default=False)
    original_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField()
    leaf = models.ForeignKey(
        Identifier, models.PROTECT, null=True, related_name="+", db_constraint=False, db_index=False
    )
    leaf_ids = ArrayField(models.BigIntegerField(), default=list)
    object_ids = ArrayField(models.BigIntegerField(), default=list)
    properties = models.JSONField(default=dict)

    class Meta:
        constraints = [
            # actions.record_events: was this message recorded before? For ever, not for a window.
            models.UniqueConstraint(fields=["source", "hash"], name="event_source_hash"),
        ]
        indexes = [
            # queries.timeline_of_person, events_of_leaf(): a person's events, newest first in each block of ids. New
            # events touch the pages of the newest block only, however many lie behind it.
            models.Index(
                models.F("id").bitrightshift(BLOCK_BITS),
                models.F("leaf"),
                models.F("at"),
                name="event_block_leaf_at",
            ),
            # journeys' export of a period; a few pages for the whole table, as arrival follows time
            BrinIndex(fields=["at"], name="event_at_brin"),
        ]


class EventObject(models.Model):
    """Which events touch an object. (An event's own objects are in ``Event.object_ids``.)"""

    # queries.events_of_object: an object's events, in the order they were recorded
    pk = models.CompositePrimaryKey("object_id", "event_id")
    object = models.ForeignKey(
        ObjectRef, models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    event = models.ForeignKey(Event, models.PROTECT, related_name="+", db_constraint=False, db_index=False)


class Stream(models.TextChoices):
    """What a consumer reads in order: the ledger, or the changes of persons."""

    EVENTS = "events"
    PEOPLE = "people"


class Bookmark(models.Model):
    """How far a consumer has read its stream, and why its last try stopped, if it did."""

    consumer = models.CharField(max_length=64, primary_key=True)
    stream = models.CharField(max_length=16, choices=Stream.choices, db_default=Stream.EVENTS)
    position = models.BigIntegerField(default=0)
    updated_at = models.DateTimeField(db_default=Now(), help_text="When it last moved.")
    error = models.TextField(
        db_default="", help_text="Why the last try stopped; empty after one that went through."
    )
    failed_at = models.DateTimeField(null=True, help_text="Since when it has been stopping.")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(stream__in=Stream.values), name="bookmark_stream_known"
            ),
        ]


class ImportRun(models.Model):
    """One run of an import: who, when, which mapping and files, and what became of every row."""

    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    mapping = models.CharField(max_length=200)
    mapping_sha256 = models.CharField(max_length=64)
    files = models.JSONField(default=list, help_text="name, sha256, bytes per file")
    counts = models.JSONField(default=dict, help_text="what the summary prints")
    error = models.TextField(blank=True, help_text="why it stopped, if it did not finish")
