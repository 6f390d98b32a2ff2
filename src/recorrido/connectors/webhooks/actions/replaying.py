"""Sending again what failed, giving up what waits, forgetting what is old."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from recorrido.connectors.webhooks.actions.hands import Hand
from recorrido.connectors.webhooks.models import Delivery, DeliveryState, Endpoint, EndpointState, Message
from recorrido.shared import clock

KEPT_FOR = timedelta(days=30)
FORGOTTEN_AT_ONCE = 5_000


@transaction.atomic
def replay(*, hand: Hand, delivery: Delivery) -> None:
    """Send one delivery again now, with all its tries before it, whatever became of it. The webhook-id stays.

    Raises Forbidden.
    """
    hand.check()
    again = Delivery.objects.filter(pk=delivery.pk).exclude(endpoint__state=EndpointState.DELETED)
    if again.update(state=DeliveryState.WAITING, tries=0, next_at=clock.now(), done_at=None):
        hand.write_down("replayed", delivery.endpoint, {"to": {"message": delivery.message.public_id}})


@transaction.atomic
def replay_failed(*, hand: Hand, endpoint: Endpoint, since: datetime) -> int:
    """Send again everything that failed for an endpoint and was made since then; returns how many. Raises Forbidden."""
    hand.check()
    failed = Delivery.objects.filter(endpoint=endpoint, state=DeliveryState.FAILED)
    count = failed.filter(message__created_at__gte=since).update(
        state=DeliveryState.WAITING, tries=0, next_at=clock.now(), done_at=None
    )
    hand.write_down("replayed", endpoint, {"to": {"since": since.isoformat(), "deliveries": count}})
    return count


@transaction.atomic
def discard_waiting(*, hand: Hand, endpoint: Endpoint) -> int:
    """Give up what waits for an endpoint; returns how many. Raises Forbidden."""
    hand.check()
    waiting = Delivery.objects.filter(endpoint=endpoint, state=DeliveryState.WAITING)
    count = waiting.update(state=DeliveryState.DISCARDED, next_at=None, done_at=clock.now())
    hand.write_down("discarded", endpoint, {"to": {"deliveries": count}})
    return count


def forget_old_messages() -> int:
    """Delete messages older than thirty days with their deliveries, in short transactions; returns how many."""
    total = 0
    while True:
        old = Message.objects.filter(created_at__lt=clock.now() - KEPT_FOR).order_by("created_at")
        ids = list(old.values_list("id", flat=True)[:FORGOTTEN_AT_ONCE])
        Message.objects.filter(id__in=ids).delete()
        total += len(ids)
        if len(ids) < FORGOTTEN_AT_ONCE:
            return total
