"""Consumers of the ledger and of the changes of persons: where they stand, and setting them back."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from recorrido.company.access import Permission, may
from recorrido.events import actions, queries
from recorrido.events.errors import LedgerError
from recorrido.web.allowed import allowed, staff_of
from recorrido.web.exports import csv_file
from recorrido.web.ledger.forms import MoveForm

Words = str | Promise

AGAIN: dict[str, Words] = {
    "data-health": gettext_lazy(
        "The counters of data health are emptied and everything is counted anew, from the first event. Figures are "
        "too low until that is done."
    ),
    "webhooks": gettext_lazy(
        "Nothing is sent twice: each event makes one message per endpoint. Events that had none so far get theirs."
    ),
    "journeys": gettext_lazy("The journeys of these events are built again; figures do not change."),
    "export": gettext_lazy(
        "Nothing is exported twice: how far the export is stands where it was exported to, and the next run says so here."
    ),
    "watch": gettext_lazy(
        "Nothing is counted twice and no incident opens again: the rates of incidents know how far they have counted."
    ),
}
"""What happens again when a consumer is set back, by the beginning of its name."""

ANY_AGAIN = gettext_lazy(
    "All of this is handed to the consumer again. Effects that are kept once per event do not happen twice."
)


def happens_again(consumer: str) -> Words:
    return next((words for name, words in AGAIN.items() if consumer.startswith(name)), ANY_AGAIN)


@require_safe
@allowed(Permission.SEE_DATA)
def consumer_list(request: HttpRequest) -> HttpResponse:
    """All consumers on one page: there are as many as parts of this system that follow the ledger."""
    words = request.GET.get("q", "").strip()
    found = [state for state in queries.consumers() if words in state.consumer]
    if request.GET.get("format") == "csv":
        return _csv(found)
    context = {"found": found, "words": words, "may_manage": may(staff_of(request), Permission.MANAGE_DATA)}
    return render(request, "ledger/consumers.html", context)


def _csv(found: list[queries.ConsumerState]) -> HttpResponse:
    header = [
        _("Consumer"),
        _("Stream"),
        _("Position"),
        _("End of the stream"),
        _("Behind"),
        _("Last moved"),
        _("Error"),
    ]
    rows = (
        [s.consumer, s.stream, s.position, s.horizon, s.events_behind, s.moved_at.isoformat(), s.error]
        for s in found
    )
    return csv_file("consumers", header, rows)


@allowed(Permission.MANAGE_DATA)
def consumer(request: HttpRequest, name: str) -> HttpResponse:
    """Set a consumer's bookmark: first what that would mean, then a second button that does it."""
    state = next((one for one in queries.consumers() if one.consumer == name), None)
    if state is None:
        raise Http404(_("There is no consumer of this name."))
    form = MoveForm(request.POST or None)
    target = None
    if request.method == "POST" and form.is_valid():
        target = _target(form, state)
        if request.POST.get("do") == "move":
            try:
                return _moved(request, state, target)
            except LedgerError as error:
                form.add_error("position", str(error))
    context = {
        "one": state,
        "form": form,
        "target": None if form.errors else target,
        "again": None if target is None else max(0, state.position - target),
        "skipped": None if target is None else max(0, target - state.position),
        "happens_again": happens_again(name),
    }
    return render(request, "ledger/consumer.html", context, status=422 if form.errors else 200)


def _target(form: MoveForm, state: queries.ConsumerState) -> int:
    given = form.cleaned_data
    if given["moment"] is not None:
        return queries.position_at(state.stream, given["moment"])
    return int(given["position"])


def _moved(request: HttpRequest, state: queries.ConsumerState, target: int) -> HttpResponse:
    position = actions.move_consumer(actor=staff_of(request), consumer=state.consumer, position=target)
    again = max(0, state.position - position)
    text = ngettext(
        "Done. At most %(n)s event is taken again.", "Done. At most %(n)s events are taken again.", again
    )
    messages.success(request, text % {"n": again})
    return redirect("data:consumers")
