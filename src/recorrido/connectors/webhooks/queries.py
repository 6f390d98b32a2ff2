"""Reads about endpoints, messages and deliveries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q, QuerySet

from recorrido.connectors.webhooks.errors import UnknownDelivery, UnknownEndpoint
from recorrido.connectors.webhooks.models import (
    Delivery,
    DeliveryAttempt,
    DeliveryState,
    Endpoint,
    EndpointSecret,
    EndpointState,
)

COLLECTING = timedelta(days=3)
"""How long messages go on to be kept for an endpoint that is disabled."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How many deliveries of an endpoint wait, arrived or failed, as far as they are still kept."""

    waiting: int
    delivered: int
    failed: int


def find_endpoints(words: str = "") -> QuerySet[Endpoint]:
    """Endpoints whose address or description holds the words."""
    found = Endpoint.objects.exclude(state=EndpointState.DELETED)
    return found.filter(Q(url__icontains=words) | Q(description__icontains=words)) if words else found


def endpoint(number: int) -> Endpoint:
    """Raises UnknownEndpoint."""
    found = find_endpoints().filter(pk=number).first()
    if found is None:
        raise UnknownEndpoint()
    return found


def collecting_endpoints(now: datetime) -> list[Endpoint]:
    """Endpoints that messages are made for: the active ones, and those disabled a short time ago."""
    recently = Q(state=EndpointState.DISABLED, disabled_at__gt=now - COLLECTING)
    return list(Endpoint.objects.filter(Q(state=EndpointState.ACTIVE) | recently).order_by("id"))


def secrets_of(endpoint_ids: set[int], now: datetime) -> dict[int, list[str]]:
    """Per endpoint the secrets that sign now, the newest first."""
    in_force = EndpointSecret.objects.filter(endpoint_id__in=endpoint_ids)
    rows = in_force.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=now)).order_by("-id")
    found: dict[int, list[str]] = {}
    for endpoint_id, secret in rows.values_list("endpoint_id", "secret"):
        found.setdefault(endpoint_id, []).append(secret)
    return found


def old_secret(endpoint: Endpoint, now: datetime) -> EndpointSecret | None:
    """The secret that still signs beside the new one, during a rotation."""
    return EndpointSecret.objects.filter(endpoint=endpoint, ends_at__gt=now).order_by("-ends_at").first()


def find_deliveries(
    *, endpoint: Endpoint | None = None, state: str = "", words: str = ""
) -> QuerySet[Delivery]:
    """Deliveries of one endpoint or of all, in one state or any, whose message's id or type is the words."""
    found = Delivery.objects.select_related("message", "endpoint")
    if endpoint is not None:
        found = found.filter(endpoint=endpoint)
    if state:
        found = found.filter(state=state)
    if words:
        found = found.filter(Q(message__public_id=words) | Q(message__type__istartswith=words))
    return found


def delivery(number: int) -> Delivery:
    """Raises UnknownDelivery."""
    found = find_deliveries().filter(pk=number).first()
    if found is None:
        raise UnknownDelivery()
    return found


def attempts_of(delivery: Delivery) -> list[DeliveryAttempt]:
    """Every try of a delivery, oldest first."""
    return list(DeliveryAttempt.objects.filter(delivery=delivery).order_by("id"))


def tallies(endpoint_ids: list[int]) -> dict[int, Tally]:
    """Per endpoint how its deliveries stand."""
    rows = Delivery.objects.filter(endpoint_id__in=endpoint_ids).values("endpoint_id")
    counted = rows.annotate(
        waiting=Count("id", filter=Q(state=DeliveryState.WAITING)),
        delivered=Count("id", filter=Q(state=DeliveryState.DELIVERED)),
        failed=Count("id", filter=Q(state=DeliveryState.FAILED)),
    )
    found = {row["endpoint_id"]: Tally(row["waiting"], row["delivered"], row["failed"]) for row in counted}
    return {number: found.get(number, Tally(0, 0, 0)) for number in endpoint_ids}
