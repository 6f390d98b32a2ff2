"""Messages on their way: every delivery with its tries, and sending one again."""

from __future__ import annotations

import json

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from recorrido.company.access import Permission
from recorrido.connectors.webhooks import actions, queries
from recorrido.connectors.webhooks.errors import UnknownDelivery
from recorrido.connectors.webhooks.models import Delivery, DeliveryState, Endpoint
from recorrido.web.allowed import allowed
from recorrido.web.exports import csv_file
from recorrido.web.paging import page_of
from recorrido.web.webhooks.views import hand_of

CSV_ROWS = 50_000


@require_safe
@allowed(Permission.MANAGE_WEBHOOKS)
def delivery_list(request: HttpRequest) -> HttpResponse:
    words, state = request.GET.get("q", "").strip(), request.GET.get("state", "")
    state = state if state in DeliveryState.values else ""
    chosen = _chosen(request.GET.get("endpoint", ""))
    found = queries.find_deliveries(endpoint=chosen, state=state, words=words)
    if request.GET.get("format") == "csv":
        return _csv(list(found.order_by("-id")[:CSV_ROWS]))
    context = {
        "page": page_of(found, key=("id",), descending=True, after=request.GET.get("after", "")),
        "words": words,
        "state": state,
        "states": DeliveryState.choices,
        "chosen": chosen,
        "endpoints": queries.find_endpoints().order_by("id"),
    }
    return render(request, "webhooks/deliveries.html", context)


def _chosen(number: str) -> Endpoint | None:
    known = number.isascii() and number.isdecimal() and len(number) < 19
    return queries.find_endpoints().filter(pk=number).first() if known else None


def _csv(found: list[Delivery]) -> HttpResponse:
    header = [
        _("Message"),
        _("Type"),
        _("Made"),
        _("Endpoint"),
        _("State"),
        _("Tries"),
        _("Last answer"),
        _("Next try"),
    ]
    rows = (
        [
            one.message.public_id,
            one.message.type,
            one.message.created_at.isoformat(),
            one.endpoint.url,
            one.get_state_display(),
            one.tries,
            one.last_status or one.last_code,
            one.next_at.isoformat() if one.next_at else "",
        ]
        for one in found
    )
    return csv_file("deliveries", header, rows)


@require_safe
@allowed(Permission.MANAGE_WEBHOOKS)
def delivery(request: HttpRequest, pk: int) -> HttpResponse:
    found = _delivery_or_404(pk)
    context = {
        "delivery": found,
        "payload": json.dumps(json.loads(found.message.payload), indent=2, ensure_ascii=False),
        "attempts": queries.attempts_of(found),
    }
    return render(request, "webhooks/delivery.html", context)


@require_POST
@allowed(Permission.MANAGE_WEBHOOKS)
def replay(request: HttpRequest, pk: int) -> HttpResponse:
    actions.replay(hand=hand_of(request), delivery=_delivery_or_404(pk))
    messages.success(request, _("The message is sent again, under the same id."))
    return redirect("webhooks:delivery", pk)


def _delivery_or_404(pk: int) -> Delivery:
    try:
        return queries.delivery(pk)
    except UnknownDelivery as error:
        raise Http404(str(error)) from error
