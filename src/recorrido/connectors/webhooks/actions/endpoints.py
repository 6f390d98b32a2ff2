"""Endpoints: made, changed, stopped, started, their secrets rotated."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from datetime import timedelta
from ipaddress import ip_address
from typing import TypedDict, Unpack
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from recorrido.company.actions.audit import apply_changes
from recorrido.connectors.webhooks import forms, payloads
from recorrido.connectors.webhooks.actions.hands import Hand
from recorrido.connectors.webhooks.addresses import may_connect, networks
from recorrido.connectors.webhooks.errors import BadEndpoint, ForbiddenEndpoint, TooManyEndpoints
from recorrido.connectors.webhooks.models import (
    Delivery,
    DeliveryState,
    DisabledReason,
    Endpoint,
    EndpointSecret,
    EndpointState,
    Message,
)
from recorrido.connectors.webhooks.patterns import checked
from recorrido.connectors.webhooks.queries import find_endpoints
from recorrido.connectors.webhooks.signing import new_secret
from recorrido.events.queries import changes_horizon, ledger_horizon
from recorrido.shared import clock

MOST_ENDPOINTS = 100
OVERLAP = timedelta(hours=24)  # how long an old secret goes on signing


class EndpointFields(TypedDict, total=False):
    url: str
    description: str
    event_types: Sequence[str]
    with_properties: bool
    with_identifiers: bool


@transaction.atomic
def create_endpoint(*, hand: Hand, **fields: Unpack[EndpointFields]) -> tuple[Endpoint, str]:
    """A new endpoint and its secret, which nobody is shown again. Raises Forbidden, BadEndpoint.

    It is told what happens from now on.
    """
    hand.check()
    if find_endpoints().count() >= MOST_ENDPOINTS:
        raise TooManyEndpoints(MOST_ENDPOINTS)
    endpoint = Endpoint.objects.create(
        **_checked(fields),
        created_by=hand.staff,
        from_event=ledger_horizon(),
        from_change=changes_horizon(),
    )
    secret = _give_secret(endpoint)
    hand.write_down("created", endpoint, {"to": {"url": endpoint.url, "event_types": endpoint.event_types}})
    return endpoint, secret


@transaction.atomic
def edit_endpoint(*, hand: Hand, endpoint: Endpoint, **fields: Unpack[EndpointFields]) -> None:
    """Raises Forbidden, BadEndpoint."""
    hand.check()
    if detail := apply_changes(endpoint, _checked(fields)):
        hand.write_down("edited", endpoint, detail)


@transaction.atomic
def disable_endpoint(*, hand: Hand, endpoint: Endpoint) -> None:
    """Nothing is sent any more; for three days messages go on to be kept for it."""
    hand.check()
    if not endpoint.is_active:
        return
    stopped = {"state": EndpointState.DISABLED, "reason": DisabledReason.BY_HAND, "disabled_at": clock.now()}
    apply_changes(endpoint, stopped)
    hand.write_down("disabled", endpoint)


@transaction.atomic
def enable_endpoint(*, hand: Hand, endpoint: Endpoint) -> None:
    """What waited for it goes out now."""
    hand.check()
    if endpoint.is_active:
        return
    nothing = {"reason": "", "disabled_at": None, "failing_since": None, "resting_until": None}
    apply_changes(endpoint, {"state": EndpointState.ACTIVE} | nothing)
    Delivery.objects.filter(endpoint=endpoint, state=DeliveryState.WAITING).update(next_at=clock.now())
    hand.write_down("enabled", endpoint)


@transaction.atomic
def delete_endpoint(*, hand: Hand, endpoint: Endpoint) -> None:
    """It vanishes from lists; what waited for it is discarded, its secrets are forgotten."""
    hand.check()
    apply_changes(endpoint, {"state": EndpointState.DELETED, "reason": "", "disabled_at": clock.now()})
    waiting = Delivery.objects.filter(endpoint=endpoint, state=DeliveryState.WAITING)
    waiting.update(state=DeliveryState.DISCARDED, next_at=None, done_at=clock.now())
    EndpointSecret.objects.filter(endpoint=endpoint).delete()
    hand.write_down("deleted", endpoint, {"from": {"url": endpoint.url}})


@transaction.atomic
def rotate_secret(*, hand: Hand, endpoint: Endpoint, overlap: timedelta = OVERLAP) -> str:
    """A new secret, shown once; the one before signs too until ``overlap`` is over."""
    hand.check()
    Endpoint.objects.select_for_update().get(pk=endpoint.pk)
    now = clock.now()
    mine = EndpointSecret.objects.filter(endpoint=endpoint)
    mine.filter(Q(ends_at__isnull=False)).delete()  # at most two sign at a time
    mine.update(ends_at=now + overlap)
    secret = _give_secret(endpoint)
    hand.write_down("secret_rotated", endpoint, {"to": {"old_ends_at": (now + overlap).isoformat()}})
    return secret


@transaction.atomic
def send_test(*, hand: Hand, endpoint: Endpoint) -> Message:
    """A message of type ``webhook.test`` for this endpoint alone; the sender takes it within a second."""
    hand.check()
    now = clock.now()
    message = Message.objects.create(
        public_id=new_message_id(),
        origin=f"test:{secrets.token_hex(16)}",
        type="webhook.test",
        payload=payloads.of_test(now, endpoint.pk),
        created_at=now,
    )
    Delivery.objects.create(message=message, endpoint=endpoint, next_at=now)
    hand.write_down("tested", endpoint)
    return message


def new_message_id() -> str:
    return f"msg_{secrets.token_hex(16)}"


def _give_secret(endpoint: Endpoint) -> str:
    return EndpointSecret.objects.create(endpoint=endpoint, secret=new_secret()).secret


def _checked(fields: EndpointFields) -> EndpointFields:
    """The fields as they are kept. Raises BadEndpoint."""
    found = fields.copy()
    if "url" in found:
        found["url"] = _checked_url(found["url"])
    if "event_types" in found:
        found["event_types"] = checked(found["event_types"])
    if "description" in found:
        found["description"] = _checked_description(found["description"])
    return found


def _checked_description(text: str) -> str:
    if len(text) > 200 or not re.fullmatch(forms.ONE_LINE, text):
        raise BadEndpoint("description", _("The description has at most 200 characters, on one line."))
    return text.strip()


def _checked_url(text: str) -> str:
    """An address that could be posted to; where its name leads is checked again whenever something is sent."""
    url = text.strip()
    if len(url) > 2_000 or not re.fullmatch(forms.URL, url):
        raise BadEndpoint("url", _("Write a whole address, such as https://shop.example/hooks."))
    parts, allowed = urlsplit(url), settings.RECORRIDO_WEBHOOK_ALLOW
    if parts.scheme == "http" and not allowed:
        why = _("Messages go out encrypted only: write an address that begins with https.")
        raise ForbiddenEndpoint("url", why)
    host = parts.hostname or ""
    if _is_address(host) and not may_connect(host, networks(allowed)):
        raise ForbiddenEndpoint("url", _("%s is not a public address: nothing is sent there.") % host)
    return url


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
