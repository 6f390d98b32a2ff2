"""What the doors for programs keep: answers to be given again, and how much each key asked lately."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from recorrido.company.models import ApiKey
from recorrido.shared import clock


class KeptAnswer(models.Model):
    """The answer to a request with an idempotency key, written in the transaction of what the request did.

    So there is an answer exactly where there is an effect, whatever was killed in between.
    """

    key = models.ForeignKey(ApiKey, models.CASCADE, related_name="+", db_index=False)
    word = models.CharField(max_length=255, help_text="The Idempotency-Key, as the caller wrote it.")
    fingerprint = models.CharField(max_length=64, help_text="SHA-256 of method, address and body.")
    status = models.PositiveSmallIntegerField()
    body = models.TextField()
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints: ClassVar = [
            # read.idempotency: was this asked before?
            models.UniqueConstraint(fields=["key", "word"], name="kept_answer_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["created_at"], name="kept_answer_created"),  # read.idempotency.forget_old
        ]


class Allowance(models.Model):
    """Until when the requests of a key are spent, at the rate it is allowed (a leaky bucket in one row)."""

    key = models.OneToOneField(ApiKey, models.CASCADE, primary_key=True, related_name="+")
    spent_until = models.DateTimeField()
