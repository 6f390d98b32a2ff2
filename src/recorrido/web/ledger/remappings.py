"""Reading past events differently: previewed, applied, undone."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from recorrido.company.access import Permission, may
from recorrido.events import actions
from recorrido.events.errors import LedgerError
from recorrido.events.models import LedgerJob, Remapping
from recorrido.web.allowed import allowed, staff_of
from recorrido.web.exports import csv_file
from recorrido.web.ledger.forms import RemappingForm
from recorrido.web.paging import page_of


@require_safe
@allowed(Permission.SEE_DATA)
def remapping_list(request: HttpRequest) -> HttpResponse:
    words = request.GET.get("q", "").strip()
    found = Remapping.objects.select_related("source", "staff").filter(name__icontains=words)
    if request.GET.get("format") == "csv":
        header = [
            _("Name"),
            _("Event types"),
            _("Source"),
            _("Steps"),
            _("Events"),
            _("Applied"),
            _("Undone"),
        ]
        rows = (
            [r.name, r.type_pattern, r.source or "", r.steps, r.changed, r.applied_at, r.undone_at or ""]
            for r in found.order_by("-id")
        )
        return csv_file("remappings", header, rows)
    page = page_of(found, key=("id",), descending=True, after=request.GET.get("after", ""))
    context = {
        "page": page,
        "words": words,
        "jobs": _running(),
        "may_manage": may(staff_of(request), Permission.MANAGE_DATA),
    }
    return render(request, "ledger/remappings.html", context)


def _running() -> list[LedgerJob]:
    kinds, states = (LedgerJob.REMAP, LedgerJob.UNDO), (LedgerJob.QUEUED, LedgerJob.RUNNING)
    return list(LedgerJob.objects.filter(kind__in=kinds, state__in=states).order_by("-id")[:10])


@allowed(Permission.MANAGE_DATA)
def new_remapping(request: HttpRequest) -> HttpResponse:
    """Write down how events should be read, look at what it would do, apply it."""
    form = RemappingForm(request.POST or None, initial={"type_pattern": request.GET.get("type", "")})
    preview = None
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            if request.POST.get("do") == "apply":
                actions.apply_remapping(actor=staff_of(request), **given)
                messages.success(
                    request,
                    _("In force. Lists of events show it at once; the journeys are being built anew."),
                )
                return redirect("data:remappings")
            preview = actions.preview_remapping(
                source=given["source"], type_pattern=given["type_pattern"], steps=given["steps"]
            )
        except LedgerError as error:
            form.add_error(None, str(error))
    context = {"form": form, "preview": preview, "for": "remapping"}
    return render(request, "ledger/remapping.html", context, status=422 if form.errors else 200)


@require_POST
@allowed(Permission.MANAGE_DATA)
def undo_remapping(request: HttpRequest, pk: int) -> HttpResponse:
    try:
        actions.undo_remapping(actor=staff_of(request), remapping=get_object_or_404(Remapping, pk=pk))
        messages.success(request, _("Undone: the events are read as before."))
    except LedgerError as error:
        messages.error(request, str(error))
    return redirect("data:remappings")
