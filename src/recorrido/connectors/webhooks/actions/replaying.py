"""Sending again what failed, giving up what waits, forgetting what is old."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from recorrido.connectors.webhooks.actions.hands import Hand
from recorrido.connectors.webhooks.models import Delivery, DeliveryState, Endpoint, EndpointState, Message
from recorrido.shared import clock

KEPT_FOR = timedelta(days=30)
FORGOTTEN_AT_ONCE = 5_000
_DONE = (DeliveryState.FAILED, DeliveryState.DELIVERED, DeliveryState.DISCARDED)


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
def replay_period(
    *,
    hand: Hand,
    endpoint: Endpoint,
    since: datetime,
    until: datetime | None = None,
    everything: bool = False,
) -> int:
    """Send again what failed for an endpoint, or everything, of the messages made from ``since`` until before ``until``.

    Everything: for a receiver that lost what it had taken. Returns how many. Raises Forbidden.
    """
    hand.check()
    until = until or clock.now()
    states = _DONE if everything else (DeliveryState.FAILED,)
    chosen = Delivery.objects.filter(endpoint=endpoint, state__in=states)
    count = chosen.filter(message__created_at__gte=since, message__created_at__lt=until).update(
        state=DeliveryState.WAITING, tries=0, next_at=clock.now(), done_at=None
    )
    period = {"since": since.isoformat(), "until": until.isoformat(), "states": list(states)}
    hand.write_down("replayed", endpoint, {"to": period | {"deliveries": count}})
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
