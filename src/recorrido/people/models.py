"""Who is who: leaves that never change, links with their reason, and the persons they add up to.

A **leaf** (:class:`Identifier`) is one kind and one normalised value. A **link** says that two leaves belong to one
human being, why, and which message told us. A **person** is a connected component of that graph, and its canonical id
is *the smallest leaf id in it*. Three promises follow without further book-keeping:

- an id that ever named a person names a leaf, so it answers for ever: ask which person that leaf belongs to now;
- merging in any order, by any number of writers, gives the same ids;
- an unmerge deletes a link and recomputes one component: what was a person before is the same person again.

Events store leaf ids and are never rewritten.

Foreign keys of leaves, links, attributes and changes carry no database constraint: their only writers
(`actions.resolve_identifiers`, `actions.tell_attributes`) make the rows they point to in the same transaction and lock
them first, and checking a row for every new leaf, link and fact would cost a third of the rate at which new persons
come in.
"""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now


class Person(models.Model):
    """A component that exists, or once existed. ``merged_into`` is the person who speaks for it today."""

    id = models.BigIntegerField(primary_key=True)
    created_at = models.DateTimeField(db_default=Now())
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        indexes = [
            # queries.earlier_ids, actions.resolve_identifiers: the persons that a survivor speaks for
            models.Index(
                fields=["merged_into"], name="person_merged", condition=models.Q(merged_into__isnull=False)
            ),
        ]


class Identifier(models.Model):
    """A leaf: kind and normalised value never change; ``person`` follows from the links."""

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=32)
    value = models.CharField(max_length=255)
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", db_constraint=False, db_index=False)

    class Meta:
        constraints = [
            # actions.resolve_identifiers: find a leaf by what a message says
            models.UniqueConstraint(fields=["kind", "value"], name="identifier_kind_value"),
        ]
        indexes = [
            # queries.leaves_of: all leaves of a person
            models.Index(fields=["person"], name="identifier_person"),
        ]


class Link(models.Model):
    """Two leaves of one human being (``low`` < ``high``), first told by ``message`` of ``source``."""

    low = models.ForeignKey(Identifier, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    high = models.ForeignKey(
        Identifier, models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    reason = models.CharField(max_length=32)
    source = models.CharField(max_length=64)
    message = models.UUIDField(help_text="The 16-byte hash of the message that told us.")
    at = models.DateTimeField(help_text="When that message says it happened.")

    class Meta:
        constraints = [
            # actions.resolve_identifiers: is this pair linked already? queries.links_of: links by their lower leaf
            models.UniqueConstraint(fields=["low", "high"], name="link_low_high"),
            models.CheckConstraint(condition=models.Q(low__lt=models.F("high")), name="link_low_below_high"),
        ]
        indexes = [
            # queries.links_of: links by their higher leaf, for walking a component both ways
            models.Index(fields=["high"], name="link_high"),
        ]


class Attribute(models.Model):
    """What a message said about the person behind a leaf: newest event time wins, per leaf and key.

    Kept per leaf, not per person: a person's attributes are the newest of their leaves', so a merge keeps both sides
    and an unmerge gives each side back its own.
    """

    pk = models.CompositePrimaryKey("identifier_id", "key")
    identifier = models.ForeignKey(
        Identifier, models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    key = models.CharField(max_length=64)
    value = models.JSONField()
    at = models.DateTimeField()


class PersonChange(models.Model):
    """What happened to persons, in order, for upper modules to follow behind their own bookmark.

    ``merged``: ``other`` became part of ``person``; ``reason``, ``source`` and ``message`` are those of the link that
    joined them. A new person is no change: it arrives with its first event.
    """

    MERGED = "merged"

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=16)
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    other = models.ForeignKey(Person, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    reason = models.CharField(max_length=32)
    source = models.CharField(max_length=64)
    message = models.UUIDField()
    at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [
            # queries.history_of: the merges a person took part in, from either side
            models.Index(fields=["person", "id"], name="personchange_person"),
            models.Index(fields=["other", "id"], name="personchange_other"),
        ]
