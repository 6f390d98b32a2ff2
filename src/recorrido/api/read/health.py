"""How the ledger stands: its horizon, and how far each consumer is behind it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_noop as _
from ninja import Schema

from recorrido.api.read.answers import answer
from recorrido.api.read.service import operation, router
from recorrido.company.models import Scope
from recorrido.events.queries import lags, ledger_horizon
from recorrido.shared import clock

health = router("health")


class ConsumerShape(Schema):
    """``behind``: ids between its bookmark and the horizon of its stream."""

    consumer: str
    stream: str
    position: int
    behind: int


class HealthShape(Schema):
    at: str
    horizon: int
    consumers: list[ConsumerShape]


@operation(
    health, "GET", "/health", scopes=(Scope.READ_EVENTS.value,), shape=HealthShape,
    summary=_("The ledger's horizon and how far its consumers are behind"),
)  # fmt: skip
def state(request: HttpRequest) -> HttpResponse:
    consumers = [
        {
            "consumer": lag.consumer,
            "stream": lag.stream,
            "position": lag.position,
            "behind": max(0, lag.horizon - lag.position),
        }
        for lag in lags()
    ]
    return answer(request, {"at": clock.now(), "horizon": ledger_horizon(), "consumers": consumers})
