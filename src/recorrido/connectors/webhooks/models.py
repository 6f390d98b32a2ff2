"""Outgoing webhooks: who wants to be told, what there is to tell, and every try to tell it.

A message and its deliveries are written in the transaction that moves the bookmark behind them: they are the outbox.
"""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from recorrido.shared import clock


class EndpointState(models.TextChoices):
    ACTIVE = "active", _("active")
    DISABLED = "disabled", _("disabled")
    DELETED = "deleted", _("deleted")


class DisabledReason(models.TextChoices):
    """Why an endpoint gets nothing for now."""

    BY_HAND = "by_hand", _("disabled by hand")
    GONE = "gone", _("the receiver answered 410: it wants no more")
    FAILING = "failing", _("every try failed for three days")


class DeliveryState(models.TextChoices):
    WAITING = "waiting", _("waiting")
    DELIVERED = "delivered", _("delivered")
    FAILED = "failed", _("failed")
    DISCARDED = "discarded", _("discarded")


class Endpoint(models.Model):
    """An address outside that is told what happens here. Never deleted, only marked so: its messages name it.

    ``from_event`` and ``from_change`` are where the streams stood when it was made: what lies before is not for it.
    """

    url = models.CharField(_("Address"), max_length=2_000)
    description = models.CharField(_("Description"), max_length=200, blank=True)
    event_types = ArrayField(models.CharField(max_length=120), verbose_name=_("Event types"))
    with_properties = models.BooleanField(_("With properties"), default=False)
    with_identifiers = models.BooleanField(_("With identifiers"), default=False)
    state = models.CharField(max_length=10, choices=EndpointState.choices, default=EndpointState.ACTIVE)
    reason = models.CharField(max_length=10, choices=DisabledReason.choices, blank=True)
    disabled_at = models.DateTimeField(null=True)
    failing_since = models.DateTimeField(null=True)  # the first failure since the last success
    resting_until = models.DateTimeField(null=True)  # it asked for a pause (429, 502, 504, Retry-After)
    from_event = models.BigIntegerField(default=0)
    from_change = models.BigIntegerField(default=0)
    created_at = models.DateTimeField(default=clock.now)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )  # null: through the API

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state__in=EndpointState.values), name="webhook_endpoint_state_known"
            ),
            models.CheckConstraint(
                condition=~Q(state="disabled") | ~Q(reason=""), name="webhook_endpoint_disabled_says_why"
            ),
        ]

    def __str__(self) -> str:
        return self.description or self.url

    @property
    def is_active(self) -> bool:
        return self.state == EndpointState.ACTIVE


class EndpointSecret(models.Model):
    """What signs an endpoint's messages (``whsec_…``). During a rotation the old one signs too, until it ends."""

    endpoint = models.ForeignKey(Endpoint, models.PROTECT, related_name="+")
    secret = models.CharField(max_length=120)
    created_at = models.DateTimeField(default=clock.now)
    ends_at = models.DateTimeField(null=True)  # null: in force


class Message(models.Model):
    """One thing to tell. ``origin`` names the event or change it comes from: taken twice, it is one message.

    ``payload`` is the JSON text sent to everybody; what only some endpoints get is read when it is sent, so that
    nothing personal lies here.
    """

    public_id = models.CharField(max_length=40, unique=True)  # the webhook-id of every try
    origin = models.CharField(max_length=60)
    type = models.CharField(max_length=120)
    payload = models.TextField()
    event_id = models.BigIntegerField(null=True)  # of the ledger; null: a change of persons, a test
    person_id = models.BigIntegerField(null=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints: ClassVar = [
            # actions.collecting: was this told before?
            models.UniqueConstraint(fields=["origin"], name="webhook_message_origin"),
        ]
        indexes: ClassVar = [
            # actions.forget_old_messages
            models.Index(fields=["created_at"], name="webhook_message_created"),
        ]

    def __str__(self) -> str:
        return f"{self.public_id} {self.type}"


class Delivery(models.Model):
    """A message on its way to one endpoint. ``next_at``: the next try; while one runs, when it counts as dead."""

    message = models.ForeignKey(Message, models.CASCADE, related_name="+", db_index=False)
    endpoint = models.ForeignKey(Endpoint, models.PROTECT, related_name="+", db_index=False)
    state = models.CharField(max_length=10, choices=DeliveryState.choices, default=DeliveryState.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)  # since it was made, or last replayed
    next_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    last_status = models.PositiveSmallIntegerField(null=True)
    last_code = models.CharField(max_length=20, blank=True)

    class Meta:
        constraints: ClassVar = [
            # actions.collecting: a message goes to an endpoint once; queries: the deliveries of a message
            models.UniqueConstraint(fields=["message", "endpoint"], name="webhook_delivery_once"),
            models.CheckConstraint(
                condition=Q(state__in=DeliveryState.values), name="webhook_delivery_state_known"
            ),
        ]
        indexes: ClassVar = [
            # actions.claim_due: what an endpoint is to be sent now
            models.Index(
                fields=["endpoint", "next_at"], name="webhook_delivery_due", condition=Q(state="waiting")
            ),
            # queries.find_deliveries: an endpoint's, newest first
            models.Index(fields=["endpoint", "-id"], name="webhook_delivery_newest"),
            # queries.find_deliveries: the failed ones, newest first; actions.replay_period
            models.Index(fields=["-id"], name="webhook_delivery_failed", condition=Q(state="failed")),
        ]


class DeliveryAttempt(models.Model):
    """One try: what was answered, and how long it took. ``status`` null: nothing was answered, ``code`` says why."""

    delivery = models.ForeignKey(Delivery, models.CASCADE, related_name="+")
    at = models.DateTimeField()
    status = models.PositiveSmallIntegerField(null=True)
    code = models.CharField(max_length=20)
    milliseconds = models.PositiveIntegerField()
    excerpt = models.TextField(blank=True)
