"""Webhook endpoints: who outside is told what happens here."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from recorrido.company.access import Permission
from recorrido.connectors.webhooks import actions, queries
from recorrido.connectors.webhooks.actions.hands import Hand
from recorrido.connectors.webhooks.errors import BadEndpoint, TooManyEndpoints, UnknownEndpoint
from recorrido.connectors.webhooks.models import Endpoint
from recorrido.shared import clock
from recorrido.web.allowed import allowed, staff_of
from recorrido.web.exports import csv_file
from recorrido.web.paging import page_of
from recorrido.web.webhooks.forms import EndpointForm, PeriodForm

SHOWN_DELIVERIES = 10


def hand_of(request: HttpRequest) -> Hand:
    return Hand(staff=staff_of(request))


def endpoint_or_404(pk: int) -> Endpoint:
    try:
        return queries.endpoint(pk)
    except UnknownEndpoint as error:
        raise Http404(str(error)) from error


@require_safe
@allowed(Permission.MANAGE_WEBHOOKS)
def endpoint_list(request: HttpRequest) -> HttpResponse:
    words = request.GET.get("q", "").strip()
    found = queries.find_endpoints(words)
    if request.GET.get("format") == "csv":
        return _csv(list(found.order_by("id")))
    page = page_of(found, key=("id",), after=request.GET.get("after", ""))
    tallies = queries.tallies([one.pk for one in page.rows])
    rows = [(one, tallies[one.pk]) for one in page.rows]
    return render(request, "webhooks/list.html", {"page": page, "rows": rows, "words": words})


def _csv(found: list[Endpoint]) -> HttpResponse:
    header = [
        _("Address"),
        _("Description"),
        _("Event types"),
        _("State"),
        _("Waiting"),
        _("Delivered"),
        _("Failed"),
    ]
    tallies = queries.tallies([one.pk for one in found])
    rows = (
        [one.url, one.description, " ".join(one.event_types), one.get_state_display(), tally.waiting, tally.delivered, tally.failed]
        for one, tally in ((one, tallies[one.pk]) for one in found)
    )  # fmt: skip
    return csv_file("webhooks", header, rows)


@allowed(Permission.MANAGE_WEBHOOKS)
def new_endpoint(request: HttpRequest) -> HttpResponse:
    form = EndpointForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made, secret = actions.create_endpoint(hand=hand_of(request), **form.cleaned_data)
        except BadEndpoint as error:
            form.add_error(error.field, str(error))
        except TooManyEndpoints as error:
            form.add_error(None, str(error))
        else:
            return _with_secret(request, made, secret)
    context = {"form": form, "title": _("New endpoint")}
    return render(request, "webhooks/form.html", context, status=422 if form.errors else 200)


def _with_secret(request: HttpRequest, endpoint: Endpoint, secret: str) -> HttpResponse:
    """The answer itself shows the secret; no cache may keep it."""
    old = queries.old_secret(endpoint, clock.now())
    answer = render(request, "webhooks/secret.html", {"endpoint": endpoint, "secret": secret, "old": old})
    add_never_cache_headers(answer)
    return answer


@require_safe
@allowed(Permission.MANAGE_WEBHOOKS)
def endpoint(request: HttpRequest, pk: int) -> HttpResponse:
    return _endpoint(request, endpoint_or_404(pk), PeriodForm.of_the_last_day())


def _endpoint(request: HttpRequest, found: Endpoint, period: PeriodForm) -> HttpResponse:
    context = {
        "endpoint": found,
        "tally": queries.tallies([found.pk])[found.pk],
        "old_secret": queries.old_secret(found, clock.now()),
        "deliveries": queries.find_deliveries(endpoint=found).order_by("-id")[:SHOWN_DELIVERIES],
        "period": period,
    }
    return render(request, "webhooks/endpoint.html", context, status=422 if period.errors else 200)


@allowed(Permission.MANAGE_WEBHOOKS)
def edit_endpoint(request: HttpRequest, pk: int) -> HttpResponse:
    found = endpoint_or_404(pk)
    form = EndpointForm(request.POST or None, initial=EndpointForm.initial_of(found))
    if request.method == "POST" and form.is_valid():
        try:
            actions.edit_endpoint(hand=hand_of(request), endpoint=found, **form.cleaned_data)
        except BadEndpoint as error:
            form.add_error(error.field, str(error))
        else:
            messages.success(request, _("Saved."))
            return redirect("webhooks:endpoint", pk)
    context = {"form": form, "title": str(found), "endpoint": found}
    return render(request, "webhooks/form.html", context, status=422 if form.errors else 200)


@require_POST
@allowed(Permission.MANAGE_WEBHOOKS)
def rotate(request: HttpRequest, pk: int) -> HttpResponse:
    found = endpoint_or_404(pk)
    return _with_secret(request, found, actions.rotate_secret(hand=hand_of(request), endpoint=found))


@require_POST
@allowed(Permission.MANAGE_WEBHOOKS)
def test(request: HttpRequest, pk: int) -> HttpResponse:
    message = actions.send_test(hand=hand_of(request), endpoint=endpoint_or_404(pk))
    told = _("The test message %(message)s is on its way; below you see what was answered.")
    messages.success(request, told % {"message": message.public_id})
    return redirect("webhooks:endpoint", pk)


@require_POST
@allowed(Permission.MANAGE_WEBHOOKS)
def enable(request: HttpRequest, pk: int) -> HttpResponse:
    actions.enable_endpoint(hand=hand_of(request), endpoint=endpoint_or_404(pk))
    messages.success(request, _("Messages go out again, with those that waited."))
    return redirect("webhooks:endpoint", pk)


@require_POST
@allowed(Permission.MANAGE_WEBHOOKS)
def disable(request: HttpRequest, pk: int) -> HttpResponse:
    actions.disable_endpoint(hand=hand_of(request), endpoint=endpoint_or_404(pk))
    messages.success(request, _("Nothing is sent any more. For three days messages are kept."))
    return redirect("webhooks:endpoint", pk)


@require_POST
@allowed(Permission.MANAGE_WEBHOOKS)
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    actions.delete_endpoint(hand=hand_of(request), endpoint=endpoint_or_404(pk))
    messages.success(request, _("The endpoint is deleted; what waited for it is discarded."))
    return redirect("webhooks:list")


@require_POST
@allowed(Permission.MANAGE_WEBHOOKS)
def replay_period(request: HttpRequest, pk: int) -> HttpResponse:
    found, form = endpoint_or_404(pk), PeriodForm(request.POST)
    if not form.is_valid():
        return _endpoint(request, found, form)
    count = actions.replay_period(hand=hand_of(request), endpoint=found, **form.cleaned_data)
    told = ngettext("%(count)d message is sent again.", "%(count)d messages are sent again.", count)
    messages.success(request, told % {"count": count})
    return redirect("webhooks:endpoint", pk)


@require_POST
@allowed(Permission.MANAGE_WEBHOOKS)
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    count = actions.discard_waiting(hand=hand_of(request), endpoint=endpoint_or_404(pk))
    told = ngettext("%(count)d message is discarded.", "%(count)d messages are discarded.", count)
    messages.success(request, told % {"count": count})
    return redirect("webhooks:endpoint", pk)
