"""Claiming what is due, and writing down what became of a try.

Nothing is locked while a message is on its way. A claim moves the next try ahead by the lease, so that what a killed
sender held is tried again by itself, under the same webhook-id.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import attrgetter

from django.db import transaction
from django.db.models import F, OuterRef, Subquery

from recorrido.connectors.webhooks import payloads, signing
from recorrido.connectors.webhooks.actions.stopping import stop_failing, stop_gone
from recorrido.connectors.webhooks.extras import extras_of
from recorrido.connectors.webhooks.models import (
    Delivery,
    DeliveryAttempt,
    DeliveryState,
    Endpoint,
    EndpointState,
)
from recorrido.connectors.webhooks.posting import Outcome
from recorrido.connectors.webhooks.queries import secrets_of
from recorrido.shared import clock

DELAYS = tuple(
    timedelta(seconds=seconds)
    for seconds in (0, 5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
)
"""Before each try, from the first on; after the last one a delivery has failed."""

LEASE = timedelta(seconds=60)  # longer than a try may take
LONGEST_PAUSE = timedelta(hours=24)  # of a Retry-After
SHORTEST_REST = timedelta(seconds=30)  # of an endpoint that says it is overrun
PER_ENDPOINT = 4  # on their way to one endpoint at a time; one, while it fails
FOR_FAILING = 8  # on their way at a time to all endpoints that fail
THROTTLING = (429, 502, 504)
GONE = 410


@dataclass(frozen=True, slots=True)
class Job:
    """One try, ready to be posted."""

    delivery_id: int
    endpoint_id: int
    url: str
    headers: Mapping[str, str]
    body: bytes
    at: datetime


def claim_due(*, busy: Mapping[int, int], limit: int, lease: timedelta = LEASE) -> list[Job]:
    """Take up to ``limit`` deliveries that are due; ``busy`` says how many are on their way to which endpoint.

    Another sender that claims at the same time gets others (SKIP LOCKED).
    """
    now = clock.now()
    with transaction.atomic():
        claimed: list[Delivery] = []
        for endpoint, most in _turns(_active(now), busy, limit).items():
            claimed += _claim(endpoint, now, most)
        Delivery.objects.filter(id__in=[one.pk for one in claimed]).update(next_at=now + lease)
        return _jobs(claimed, now)


@dataclass(frozen=True, slots=True)
class _Waiting:
    """An active endpoint, and since when its oldest delivery is due; None: nothing is due, or it rests."""

    id: int
    failing: bool
    due_at: datetime | None


def _active(now: datetime) -> list[_Waiting]:
    due = Delivery.objects.filter(endpoint=OuterRef("pk"), state=DeliveryState.WAITING, next_at__lte=now)
    oldest = Subquery(due.order_by("next_at").values("next_at")[:1])
    rows = Endpoint.objects.filter(state=EndpointState.ACTIVE).annotate(due_at=oldest)
    return [
        _Waiting(id_, failing is not None, None if resting and resting > now else due_at)
        for id_, failing, resting, due_at in rows.values_list(
            "id", "failing_since", "resting_until", "due_at"
        )
    ]


def _turns(active: Sequence[_Waiting], busy: Mapping[int, int], limit: int) -> dict[int, int]:
    """Per endpoint how many to claim. Who has the fewest on their way comes next, then who waits longest.

    All that fail share a few places: dozens that hang must not take those of the ones that answer.
    """
    held = {one.id: busy.get(one.id, 0) for one in active}
    failing = sum(held[one.id] for one in active if one.failing)
    waiting = sorted((one for one in active if one.due_at is not None), key=attrgetter("due_at"))
    turns: Counter[int] = Counter()
    for _turn in range(limit):
        free = [
            one
            for one in waiting
            if (held[one.id] < 1 and failing < FOR_FAILING if one.failing else held[one.id] < PER_ENDPOINT)
        ]
        if not free:
            break
        following = min(free, key=lambda one: held[one.id])
        held[following.id] += 1
        turns[following.id] += 1
        failing += following.failing
    return dict(turns)


def _claim(endpoint_id: int, now: datetime, most: int) -> list[Delivery]:
    due = Delivery.objects.filter(endpoint_id=endpoint_id, state=DeliveryState.WAITING, next_at__lte=now)
    locked = due.select_for_update(skip_locked=True, of=("self",))
    return list(locked.select_related("message", "endpoint").order_by("next_at", "id")[:most])


def _jobs(claimed: Sequence[Delivery], now: datetime) -> list[Job]:
    secrets = secrets_of({one.endpoint_id for one in claimed}, now)
    signed = [one for one in claimed if one.endpoint_id in secrets]  # an endpoint deleted meanwhile has none
    extras = extras_of(signed)
    return [_job(one, secrets[one.endpoint_id], extras.get(one.pk, {}), now) for one in signed]


def _job(delivery: Delivery, secrets: Sequence[str], extras: Mapping[str, object], now: datetime) -> Job:
    message, endpoint = delivery.message, delivery.endpoint
    body = payloads.body_of(message.payload, extras)
    signed = signing.headers(secrets, message_id=message.public_id, timestamp=int(now.timestamp()), body=body)
    return Job(delivery.pk, endpoint.pk, endpoint.url, signed, body, now)


@transaction.atomic
def conclude(*, job: Job, outcome: Outcome) -> None:
    """Write a try down and decide what follows from it."""
    endpoint = Endpoint.objects.select_for_update().get(pk=job.endpoint_id)
    delivery = Delivery.objects.select_for_update().get(pk=job.delivery_id)
    _write_attempt(delivery, job, outcome)
    if outcome.delivered:
        _finish(delivery, DeliveryState.DELIVERED, outcome)
        Endpoint.objects.filter(pk=endpoint.pk).update(failing_since=None)  # a pause it asked for goes on
        return
    if delivery.state != DeliveryState.WAITING:
        return  # another sender was through with it first, after our lease was over
    _fail_once(delivery, outcome)
    _remember_failure(endpoint, job.at, outcome)
    if outcome.status == GONE:
        stop_gone(endpoint)
    elif delivery.state == DeliveryState.FAILED:
        stop_failing(endpoint)


def _write_attempt(delivery: Delivery, job: Job, outcome: Outcome) -> None:
    DeliveryAttempt.objects.create(
        delivery=delivery,
        at=job.at,
        status=outcome.status,
        code=outcome.code,
        milliseconds=outcome.milliseconds,
        excerpt=outcome.excerpt,
    )


def _finish(delivery: Delivery, state: DeliveryState, outcome: Outcome) -> None:
    delivery.state = state
    Delivery.objects.filter(pk=delivery.pk).update(
        state=state,
        tries=F("tries") + 1,
        next_at=None,
        done_at=clock.now(),
        last_status=outcome.status,
        last_code=outcome.code,
    )


def _fail_once(delivery: Delivery, outcome: Outcome) -> None:
    """The next try, or the end of them."""
    tries = delivery.tries + 1
    if outcome.status == GONE or tries >= len(DELAYS):
        _finish(delivery, DeliveryState.FAILED, outcome)
        return
    Delivery.objects.filter(pk=delivery.pk).update(
        tries=tries,
        next_at=clock.now() + max(_with_jitter(DELAYS[tries]), _asked_pause(outcome)),
        last_status=outcome.status,
        last_code=outcome.code,
    )


def _with_jitter(delay: timedelta) -> timedelta:
    """Up to a fifth more: what failed together must not come back together."""
    return delay * random.uniform(1.0, 1.2)


def _asked_pause(outcome: Outcome) -> timedelta:
    return min(timedelta(seconds=outcome.retry_after or 0), LONGEST_PAUSE)


def _remember_failure(endpoint: Endpoint, at: datetime, outcome: Outcome) -> None:
    """Since when it fails; and until when it rests, if it says that it is overrun or asks for a pause."""
    rest = _asked_pause(outcome)
    if outcome.status in THROTTLING:
        rest = max(rest, SHORTEST_REST)
    endpoint.failing_since = endpoint.failing_since or at
    resting = {"resting_until": clock.now() + rest} if rest else {}
    Endpoint.objects.filter(pk=endpoint.pk).update(failing_since=endpoint.failing_since, **resting)
