"""Webhook endpoints managed by a program; what a program may not read itself, it may not have sent to it either."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_noop as _
from ninja import Query, Schema
from pydantic import Field

from recorrido.api.read.answers import answer, utc
from recorrido.api.read.cursors import DELIVERIES, WEBHOOKS
from recorrido.api.read.events import IDEMPOTENCY
from recorrido.api.read.idempotency import idempotent
from recorrido.api.read.keys import key_of, require
from recorrido.api.read.service import operation, router
from recorrido.api.read.words import Id, Limit, Moment, Strict, moment_of
from recorrido.company.models import Scope
from recorrido.connectors.webhooks import actions, queries
from recorrido.connectors.webhooks.actions.hands import Hand
from recorrido.connectors.webhooks.forms import ONE_LINE, PATTERN, URL
from recorrido.connectors.webhooks.models import Delivery, DeliveryState, Endpoint

webhooks = router("webhooks")
MANAGE = (Scope.MANAGE_WEBHOOKS.value,)
Patterns = Annotated[
    list[Annotated[str, Field(min_length=1, max_length=120, pattern=PATTERN)]],
    Field(min_length=1, max_length=50),
]
Url = Annotated[str, Field(min_length=1, max_length=2_000, pattern=URL)]
Description = Annotated[str, Field(max_length=200, pattern=ONE_LINE)]


class EndpointShape(Schema):
    """``state``: active or disabled, with its reason: by_hand, gone (410), failing (for three days)."""

    id: int
    url: str
    description: str
    event_types: list[str]
    with_properties: bool
    with_identifiers: bool
    state: str
    reason: str
    created_at: str


class EndpointsPage(Schema):
    items: list[EndpointShape]
    next: str | None


class NewEndpointShape(Schema):
    """``secret`` is shown here and never again."""

    endpoint: EndpointShape
    secret: str


class SecretShape(Schema):
    secret: str


class EndpointIn(Strict):
    url: Url
    event_types: Patterns
    description: Description = ""
    with_properties: bool = False
    with_identifiers: bool = False


class EndpointChange(Strict):
    """What is not named stays as it is."""

    url: Url = ""
    event_types: Patterns = ["*"]
    description: Description = ""
    with_properties: bool = False
    with_identifiers: bool = False


class DeliveryShape(Schema):
    id: int
    message_id: str
    type: str
    state: str
    tries: int
    last_status: int | None
    last_code: str
    next_at: str | None
    created_at: str


class DeliveriesPage(Schema):
    items: list[DeliveryShape]
    next: str | None


class CountShape(Schema):
    deliveries: int


@operation(
    webhooks,
    "GET",
    "/webhooks",
    scopes=MANAGE,
    shape=EndpointsPage,
    summary=_("Webhook endpoints, oldest first"),
)
def endpoints(
    request: HttpRequest,
    limit: Limit = Query(50),
    after: WEBHOOKS.parameter() = Query(""),  # type: ignore[valid-type]
) -> HttpResponse:
    found = queries.find_endpoints().filter(pk__gt=WEBHOOKS.number(after) or 0).order_by("id")
    rows = list(found[: limit + 1])
    following = WEBHOOKS.write(rows[limit - 1].pk) if len(rows) > limit else None
    return answer(request, {"items": [_shown(one) for one in rows[:limit]], "next": following})


@operation(
    webhooks, "POST", "/webhooks", scopes=MANAGE, shape=NewEndpointShape, status=201, extra=IDEMPOTENCY,
    summary=_("Make a webhook endpoint; its secret is shown once"),
)  # fmt: skip
@idempotent
def make(request: HttpRequest, payload: EndpointIn) -> HttpResponse:
    _may_see(request, payload.with_properties or payload.with_identifiers)
    endpoint, secret = actions.create_endpoint(hand=_hand(request), **payload.model_dump())  # type: ignore[typeddict-item]
    return answer(request, {"endpoint": _shown(endpoint), "secret": secret}, status=201)


@operation(
    webhooks, "GET", "/webhooks/{endpoint_id}", scopes=MANAGE, shape=EndpointShape, found_by_name=True,
    summary=_("One webhook endpoint"),
)  # fmt: skip
def endpoint(request: HttpRequest, endpoint_id: Id) -> HttpResponse:
    return answer(request, _shown(queries.endpoint(endpoint_id)))


@operation(
    webhooks, "PATCH", "/webhooks/{endpoint_id}", scopes=MANAGE, shape=EndpointShape, found_by_name=True,
    summary=_("Change a webhook endpoint; what is not named stays as it is"),
)  # fmt: skip
@idempotent
def change(request: HttpRequest, endpoint_id: Id, payload: EndpointChange) -> HttpResponse:
    found = queries.endpoint(endpoint_id)
    fields = payload.model_dump(exclude_unset=True)
    personal = (
        found.with_properties,
        found.with_identifiers,
        payload.with_properties,
        payload.with_identifiers,
    )
    _may_see(request, any(personal))
    actions.edit_endpoint(hand=_hand(request), endpoint=found, **fields)  # type: ignore[typeddict-item]
    return answer(request, _shown(found))


@operation(
    webhooks, "DELETE", "/webhooks/{endpoint_id}", scopes=MANAGE, shape=None, status=204, found_by_name=True,
    summary=_("Delete a webhook endpoint; what waits for it is discarded"),
)  # fmt: skip
@idempotent
def delete(request: HttpRequest, endpoint_id: Id) -> HttpResponse:
    actions.delete_endpoint(hand=_hand(request), endpoint=queries.endpoint(endpoint_id))
    return HttpResponse(status=204)


def _verb(name: str, shape: Any, summary: str) -> Callable[[Any], Any]:
    return operation(
        webhooks,
        "POST",
        f"/webhooks/{{endpoint_id}}/{name}",
        scopes=MANAGE,
        shape=shape,
        found_by_name=True,
        extra=IDEMPOTENCY,
        summary=summary,
    )


@_verb("enable", EndpointShape, _("Send again what waits for an endpoint, and what comes"))
@idempotent
def enable(request: HttpRequest, endpoint_id: Id) -> HttpResponse:
    found = queries.endpoint(endpoint_id)
    actions.enable_endpoint(hand=_hand(request), endpoint=found)
    return answer(request, _shown(found))


@_verb("disable", EndpointShape, _("Send nothing more; for three days messages are kept"))
@idempotent
def disable(request: HttpRequest, endpoint_id: Id) -> HttpResponse:
    found = queries.endpoint(endpoint_id)
    actions.disable_endpoint(hand=_hand(request), endpoint=found)
    return answer(request, _shown(found))


@_verb("rotate", SecretShape, _("A new secret; the old one signs too for a day"))
@idempotent
def rotate(request: HttpRequest, endpoint_id: Id) -> HttpResponse:
    secret = actions.rotate_secret(hand=_hand(request), endpoint=queries.endpoint(endpoint_id))
    return answer(request, {"secret": secret})


class TestShape(Schema):
    message_id: str


@_verb("test", TestShape, _("Send a message of type webhook.test"))
@idempotent
def test(request: HttpRequest, endpoint_id: Id) -> HttpResponse:
    message = actions.send_test(hand=_hand(request), endpoint=queries.endpoint(endpoint_id))
    return answer(request, {"message_id": message.public_id})


class Period(Strict):
    """Messages made from ``since`` until before ``until`` (now without it). ``everything``: not only what failed."""

    since: Moment
    until: Moment | None = None
    everything: bool = False


@_verb("replay", CountShape, _("Send again what failed in a period, or everything"))
@idempotent
def replay_period(request: HttpRequest, endpoint_id: Id, payload: Period) -> HttpResponse:
    count = actions.replay_period(
        hand=_hand(request),
        endpoint=queries.endpoint(endpoint_id),
        since=moment_of(payload.since),
        until=moment_of(payload.until) if payload.until else None,
        everything=payload.everything,
    )
    return answer(request, {"deliveries": count})


class DeliveriesAsked(Schema):
    state: Annotated[DeliveryState | None, Field(description=_("Only deliveries in this state."))] = None
    limit: Limit = 50
    after: DELIVERIES.parameter() = ""  # type: ignore[valid-type]


@operation(
    webhooks, "GET", "/webhooks/{endpoint_id}/deliveries", scopes=MANAGE, shape=DeliveriesPage, found_by_name=True,
    summary=_("The deliveries of an endpoint, newest first"),
)  # fmt: skip
def deliveries(request: HttpRequest, endpoint_id: Id, asked: DeliveriesAsked = Query(...)) -> HttpResponse:
    before = DELIVERIES.number(asked.after)
    rows = queries.find_deliveries(endpoint=queries.endpoint(endpoint_id), state=asked.state or "")
    found = list((rows if before is None else rows.filter(pk__lt=before)).order_by("-id")[: asked.limit + 1])
    following = DELIVERIES.write(found[asked.limit - 1].pk) if len(found) > asked.limit else None
    return answer(request, {"items": [_delivery(one) for one in found[: asked.limit]], "next": following})


@operation(
    webhooks, "POST", "/deliveries/{delivery_id}/replay", scopes=MANAGE, shape=DeliveryShape, found_by_name=True,
    extra=IDEMPOTENCY, summary=_("Send one delivery again, under the same message id"),
)  # fmt: skip
@idempotent
def replay(request: HttpRequest, delivery_id: Id) -> HttpResponse:
    actions.replay(hand=_hand(request), delivery=queries.delivery(delivery_id))
    return answer(request, _delivery(queries.delivery(delivery_id)))


def _hand(request: HttpRequest) -> Hand:
    return Hand(key=key_of(request).name)


def _may_see(request: HttpRequest, personal: bool) -> None:
    """Otherwise a key that may not read persons could have them sent to an address of its own."""
    if personal:
        require(key_of(request), Scope.READ_PERSONS, Scope.READ_EVENTS)


def _shown(endpoint: Endpoint) -> dict[str, Any]:
    return {
        "id": endpoint.pk,
        "url": endpoint.url,
        "description": endpoint.description,
        "event_types": endpoint.event_types,
        "with_properties": endpoint.with_properties,
        "with_identifiers": endpoint.with_identifiers,
        "state": endpoint.state,
        "reason": endpoint.reason,
        "created_at": utc(endpoint.created_at),
    }


def _delivery(delivery: Delivery) -> dict[str, Any]:
    return {
        "id": delivery.pk,
        "message_id": delivery.message.public_id,
        "type": delivery.message.type,
        "state": delivery.state,
        "tries": delivery.tries,
        "last_status": delivery.last_status,
        "last_code": delivery.last_code,
        "next_at": _moment(delivery.next_at),
        "created_at": utc(delivery.message.created_at),
    }


def _moment(moment: datetime | None) -> datetime | None:
    return utc(moment) if moment else None
