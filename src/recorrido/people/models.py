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

from django.conf import settings
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
    """A leaf: kind and normalised value never change; ``person`` follows from the links.

    ``source`` told it first, in a message of ``since``. A value that went to somebody else (a recycled phone number)
    *ends*: its leaf keeps what happened before ``ended_at``, and whoever uses the value from then on is a new leaf.
    A *blocked* leaf stands alone: no link connects it. A *contested* one, too, until somebody decides: two persons used
    it, and whose it is nobody knows.
    """

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=32)
    value = models.CharField(max_length=255)
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    source = models.CharField(max_length=64, db_default="")
    since = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    blocked = models.BooleanField(db_default=False)
    contested = models.BooleanField(db_default=False)
    verified_at = models.DateTimeField(null=True)
    verified_by = models.CharField(max_length=120, null=True, help_text="Who or what, and how.")

    class Meta:
        constraints = [
            # resolution: find the leaf in force by what a message says; once vacuum has been there, without a look into
            # the table. The value first, as kinds tell few apart
            models.UniqueConstraint(
                fields=["value", "kind"],
                name="identifier_by_value",
                include=["id"],
                condition=models.Q(ended_at__isnull=True),
            ),
        ]
        indexes = [
            # queries.leaves_of: all leaves of a person
            models.Index(fields=["person"], name="identifier_person"),
            # resolution: the leaf that a value meant before it ended
            models.Index(
                fields=["value", "kind", "ended_at"],
                name="identifier_ended_by_value",
                condition=models.Q(ended_at__isnull=False),
            ),
        ]


class Link(models.Model):
    """Two leaves of one human being (``low`` < ``high``), first told by ``message`` of ``source``.

    It *connects*, is *held* until somebody decides (``why`` says which rule it would break), or was *refused*: kept,
    so that telling it again changes nothing. Without a message, the member of staff who decided it told us.
    """

    CONNECTS = "connects"
    HELD = "held"
    REFUSED = "refused"

    low = models.ForeignKey(Identifier, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    high = models.ForeignKey(
        Identifier, models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    state = models.CharField(max_length=8, db_default=CONNECTS)
    reason = models.CharField(max_length=32)
    source = models.CharField(max_length=64)
    message = models.UUIDField(null=True, help_text="The 16-byte hash of the message that told us.")
    at = models.DateTimeField(help_text="When that message says it happened.")
    why = models.CharField(max_length=64, db_default="", help_text="The rule that holds or refuses it.")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    decided_at = models.DateTimeField(null=True)
    note = models.TextField(null=True, help_text="What the member of staff gave as the reason.")
    place = models.BigIntegerField(
        null=True, help_text="In the order in which links began to connect; empty: its id."
    )

    class Meta:
        constraints = [
            # resolution: is this pair linked already? queries.links_of: links by their lower leaf
            models.UniqueConstraint(fields=["low", "high"], name="link_low_high"),
            models.CheckConstraint(condition=models.Q(low__lt=models.F("high")), name="link_low_below_high"),
            models.CheckConstraint(
                condition=models.Q(state__in=["connects", "held", "refused"]), name="link_state_known"
            ),
        ]
        indexes = [
            # queries.links_of: links by their higher leaf, for walking a component both ways
            models.Index(fields=["high"], name="link_high"),
            # review.held_links: what waits for a decision, in the order it was told
            models.Index(fields=["id"], name="link_held", condition=models.Q(state="held")),
            # resolution: which persons somebody has told apart
            models.Index(fields=["low", "high"], name="link_refused", condition=models.Q(state="refused")),
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

    ``merged``: ``other`` became part of ``person`` through ``link``; reason, source and message are those of the link.
    ``unmerged``: ``other`` is a person of its own again, with part of what was ``person``; ``link`` is the one that
    was taken back, ``actor`` and ``why`` who did it and for what. A new person is no change: it arrives with its
    first event; nor are identifiers that one message brings along, whether or not it comes in a group with others.
    """

    MERGED = "merged"
    UNMERGED = "unmerged"

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=16)
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    other = models.ForeignKey(Person, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    link = models.ForeignKey(
        Link, models.PROTECT, null=True, related_name="+", db_constraint=False, db_index=False
    )
    reason = models.CharField(max_length=32)
    source = models.CharField(max_length=64)
    message = models.UUIDField(null=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    why = models.TextField(db_default="")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [
            # queries.history_of: the changes a person took part in, from either side
            models.Index(fields=["person", "id"], name="personchange_person"),
            models.Index(fields=["other", "id"], name="personchange_other"),
        ]


class Acquaintance(models.Model):
    """Values that one message named together, under their hash, and whose leaves they are: a memory of
    `people.acquaintances`, which may be emptied at any moment. Its table is not logged: a crash empties it."""

    hash = models.UUIDField()
    leaves = models.TextField(help_text="Their ids with commas, as they are read: the principal's first.")

    class Meta:
        indexes = [
            # acquaintances: who is this, without a look into the table
            models.Index(fields=["hash"], include=["leaves"], name="acquaintance_hash"),
        ]


class RuleBook(models.Model):
    """One row: the edition of the rules below. Every process reads them again when it changes."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    edition = models.UUIDField()
    latest_end = models.DateTimeField(null=True, help_text="The latest moment at which an identifier ended.")


class IdentifierRule(models.Model):
    """What the company decided about a kind of identifier, in place of the shipped rule (`people.kinds`).

    ``limit``: identifiers of the kind that one person may have (of one source, if ``per_source``); empty: any number.
    ``weak``: several persons may share one, so it never joins persons who are told apart by stronger ones.
    """

    kind = models.CharField(max_length=32, primary_key=True)
    limit = models.PositiveIntegerField(null=True)
    per_source = models.BooleanField(default=False)
    weak = models.BooleanField(default=False)
    changed_at = models.DateTimeField(db_default=Now())


class BlockedValue(models.Model):
    """A value that identifies nobody (a store's tablet, ``0000``), or with ``allowed`` one that does after all.

    ``kind`` empty: of any kind. ``pattern`` is a normalised value; ``*`` stands for anything.
    """

    kind = models.CharField(max_length=32, blank=True)
    pattern = models.CharField(max_length=255)
    allowed = models.BooleanField(default=False)
    reason = models.CharField(max_length=200)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    added_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "pattern"], name="blockedvalue_kind_pattern"),
        ]


class Proposal(models.Model):
    """Two leaves that a comparison of names, addresses and typing errors takes for one human being.

    ``score`` is the probability, 0 … 1; ``why`` a list of {"field", "left", "right", "level", "weight"} that a page can
    show. It joins nobody: a member of staff decides.
    """

    OPEN = "open"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"

    low = models.ForeignKey(Identifier, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    high = models.ForeignKey(
        Identifier, models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    score = models.FloatField()
    why = models.JSONField(default=list)
    state = models.CharField(max_length=9, default=OPEN)
    made_at = models.DateTimeField(db_default=Now())
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    decided_at = models.DateTimeField(null=True)
    note = models.TextField(blank=True)

    class Meta:
        constraints = [
            # actions.propose_links: the same pair again
            models.UniqueConstraint(fields=["low", "high"], name="proposal_low_high"),
            models.CheckConstraint(
                condition=models.Q(low__lt=models.F("high")), name="proposal_low_below_high"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["open", "accepted", "refused", "withdrawn"]),
                name="proposal_state_known",
            ),
        ]
        indexes = [
            # review.open_proposals: the most probable first
            models.Index(fields=["-score", "-id"], name="proposal_open", condition=models.Q(state="open")),
        ]


class Organization(models.Model):
    """A company that buys; persons are its contacts. Known by the ids and tax ids its sources gave it."""

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(max_length=200, db_default="")
    first_seen = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [
            # web.people organizations, keyset paging
            models.Index(fields=["name", "id"], name="organization_by_name"),
        ]


class OrganizationIdentifier(models.Model):
    """What an organization is known by: ``organization`` (the id its sources use) or a tax id such as ``cl.rut``."""

    id = models.BigAutoField(primary_key=True)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=32)
    value = models.CharField(max_length=255)
    source = models.CharField(max_length=64)

    class Meta:
        constraints = [
            # organizations: find an organization by what a message says
            models.UniqueConstraint(fields=["kind", "value"], name="organizationidentifier_value"),
        ]


class OrganizationAttribute(models.Model):
    """What a message said about an organization: newest event time wins per key."""

    pk = models.CompositePrimaryKey("organization_id", "key")
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+", db_index=False)
    key = models.CharField(max_length=64)
    value = models.JSONField()
    at = models.DateTimeField()


class Contact(models.Model):
    """A person who acts for an organization, known by a leaf, from ``since`` until ``until``; told by a message."""

    id = models.BigAutoField(primary_key=True)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+", db_index=False)
    identifier = models.ForeignKey(
        Identifier, models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    role = models.CharField(max_length=120, db_default="")
    source = models.CharField(max_length=64)
    message = models.UUIDField(null=True)
    since = models.DateTimeField()
    told_at = models.DateTimeField(help_text="The newest event that told of it.")
    until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            # organizations: the contact again; queries.contacts_of
            models.UniqueConstraint(fields=["organization", "identifier"], name="contact_once"),
        ]
        indexes = [
            # queries.organizations_of: a person's organizations
            models.Index(fields=["identifier"], name="contact_identifier"),
        ]
