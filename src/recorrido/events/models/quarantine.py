"""What could not be understood, and how it is mended."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from recorrido.events.models.ledger import Source
from recorrido.events.patterns import matches

WAITING = models.Q(released_at__isnull=True, discarded_at__isnull=True)


class QuarantineRule(models.Model):
    """A repair that is known: which refused events it is for, and the steps that mend them.

    ``steps`` is text in the language of ``events.mending``. ``is_active``: also for what arrives from now on.
    ``stamp`` grows with every change of any rule; a refused event remembers the stamp it was last tried with.
    """

    name = models.CharField(max_length=120, unique=True)
    source = models.ForeignKey(Source, models.PROTECT, null=True, related_name="+", db_index=False)
    code = models.CharField(max_length=40, blank=True)
    type_pattern = models.CharField(
        max_length=120, blank=True, help_text="A type, or a pattern such as order.*"
    )
    steps = models.TextField()
    is_active = models.BooleanField(default=False)
    stamp = models.BigIntegerField()
    created_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return self.name

    def is_for(self, row: Quarantine) -> bool:
        """Whether a refused event is one of those it mends."""
        return (
            self.source_id in (None, row.source_id)
            and self.code in ("", row.code)
            and matches(self.type_pattern, row.type)
        )


class Quarantine(models.Model):
    """What could not be understood, whole, with its reason, until somebody replays it or discards it.

    ``payload`` is JSON text of the event as it came (text, not jsonb: jsonb refuses what we must keep here). It never
    changes; what people and rules made of it are rows of QuarantineEdit.
    """

    id = models.BigAutoField(primary_key=True)
    source = models.ForeignKey(Source, models.PROTECT, related_name="+", db_index=False)
    fingerprint = models.UUIDField(help_text="Hash of the payload: the same refused event is kept once.")
    type = models.CharField(
        max_length=120, db_default="", help_text="What it says its type is, if it says one."
    )
    code = models.CharField(max_length=40)
    detail = models.TextField()
    payload = models.TextField()
    created_at = models.DateTimeField(db_default=Now())
    released_at = models.DateTimeField(null=True, help_text="When a replay recorded it.")
    discarded_at = models.DateTimeField(null=True)
    discarded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    why = models.TextField(db_default="", help_text="Why it was discarded.")
    tried = models.BigIntegerField(db_default=0, help_text="The stamp of the rules it was last tried with.")

    class Meta:
        constraints = [
            # actions.quarantine: the same refused event again
            models.UniqueConstraint(fields=["source", "fingerprint"], name="quarantine_source_fingerprint"),
        ]
        indexes = [
            # queries.waiting_in_quarantine, the page's list: what is still to be looked at, in order
            models.Index(fields=["id"], name="quarantine_waiting", condition=WAITING),
            # the page's list of those that were replayed, or discarded
            models.Index(
                fields=["id"], name="quarantine_released", condition=models.Q(released_at__isnull=False)
            ),
            models.Index(
                fields=["id"], name="quarantine_discarded", condition=models.Q(discarded_at__isnull=False)
            ),
            # queries.waiting_by_reason: the counts at the head of the page, from the index alone
            models.Index(
                fields=["code", "source", "type", "id"], name="quarantine_reasons", condition=WAITING
            ),
            # actions.mend_waiting: what the present rules have not been tried on
            models.Index(fields=["tried", "id"], name="quarantine_untried", condition=WAITING),
            # queries.health: what each source had refused lately
            models.Index(fields=["created_at", "source"], name="quarantine_lately"),
        ]

    @property
    def waits(self) -> bool:
        return self.released_at is None and self.discarded_at is None


class QuarantineEdit(models.Model):
    """What somebody, or a rule, made of a refused event before it was handed to the door again."""

    quarantine = models.ForeignKey(Quarantine, models.PROTECT, related_name="+", db_index=False)
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    rule = models.ForeignKey(QuarantineRule, models.PROTECT, null=True, related_name="+", db_index=False)
    payload = models.TextField()
    at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [
            # queries.edits_of: the history of one refused event
            models.Index(fields=["quarantine", "id"], name="quarantineedit_of"),
        ]
