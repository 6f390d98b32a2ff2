"""Data health: how each source is doing, what is wrong, and what is an alarm."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from recorrido.company.access import Permission, may, require
from recorrido.events import actions, queries
from recorrido.events.models import EventType, HealthThreshold, Source
from recorrido.journeys.exporting.queries import state_of_export
from recorrido.web.allowed import allowed, staff_of
from recorrido.web.exports import csv_file
from recorrido.web.ledger.forms import LimitsForm
from recorrido.web.ledger.mapped import unmapped_types
from recorrido.web.ledger.sparklines import sparkline
from recorrido.web.paging import page_of

PAGE = 50


@dataclass(frozen=True)
class Row:
    """A source with its picture of the last four weeks."""

    health: queries.SourceHealth
    picture: str


@require_safe
@allowed(Permission.SEE_DATA)
def overview(request: HttpRequest) -> HttpResponse:
    state = queries.health()
    words = request.GET.get("q", "").strip()
    shown = [one for one in state.sources if words.lower() in one.source.name.lower()]
    if request.GET.get("format") == "csv":
        require(staff_of(request), Permission.EXPORT)
        return _csv(shown)
    context = {
        "state": state,
        "words": words,
        "rows": [Row(one, sparkline([day.events for day in one.days])) for one in shown],
        "alarms": queries.open_alarms(),
        "unmapped": unmapped_types(),
        "export": state_of_export(),
        "may_manage": may(staff_of(request), Permission.MANAGE_DATA),
        "may_export": may(staff_of(request), Permission.EXPORT),
    }
    return render(request, "ledger/health.html", context)


def _csv(shown: list[queries.SourceHealth]) -> HttpResponse:
    header = [
        *(_("Source"), _("Last event received"), _("Events today"), _("Events in 7 days"), _("Usual day")),
        *(
            _("Refused in 7 days"),
            _("Waiting in quarantine"),
            _("Against their schema"),
            _("Without a person"),
        ),
        *(_("Ahead of our clock"), _("Identifiers not read"), _("What is wrong")),
    ]
    cells = (
        [
            *(one.source.name, one.last_received_at.isoformat() if one.last_received_at else ""),
            *(one.today.events, one.week.events, one.usual_day, one.refused_week, one.waiting),
            *(one.week.violations, one.week.nobody, one.week.ahead, one.week.unread),
            " ".join(finding.sentence for finding in one.findings),
        ]
        for one in shown
    )
    return csv_file("data-health", header, cells)


@allowed(Permission.SEE_DATA)
def source(request: HttpRequest, pk: int) -> HttpResponse:
    """One source: its figures day by day, and its limits."""
    found = get_object_or_404(Source, pk=pk)
    one = next(state for state in queries.health().sources if state.source.id == found.id)
    form = LimitsForm(request.POST or None, initial=_limits(found))
    if request.method == "POST":
        require(staff_of(request), Permission.MANAGE_DATA)
        if form.is_valid():
            given = form.cleaned_data
            limits = {name: given[name] for name in queries.Limits.__annotations__}
            actions.set_threshold(
                actor=staff_of(request),
                source=found,
                alarms=given["alarms"],
                limits=limits,
                ahead_hours=given["ahead_hours"],
            )
            messages.success(request, _("Saved."))
            return redirect("data:source", found.pk)
    context = {
        "source": found,
        "one": one,
        "days": [day for day in reversed(one.days) if day.events],
        "types": queries.types_of_source(found.id),
        "form": form,
        "may_manage": may(staff_of(request), Permission.MANAGE_DATA),
    }
    return render(request, "ledger/source.html", context, status=422 if form.errors else 200)


def _limits(found: Source) -> dict[str, object]:
    row = HealthThreshold.objects.filter(source=found).first()
    limits = {name: getattr(row, name, None) for name in queries.Limits.__annotations__}
    return limits | {"alarms": row.alarms if row else True, "ahead_hours": found.ahead_hours}


@require_safe
@allowed(Permission.SEE_DATA)
def alarm_list(request: HttpRequest) -> HttpResponse:
    """All alarms that ever were, the newest first."""
    words = request.GET.get("q", "").strip()
    found = queries.alarms().filter(subject__icontains=words)
    if request.GET.get("format") == "csv":
        require(staff_of(request), Permission.EXPORT)
        header = [_("Opened"), _("Closed"), _("About"), _("What")]
        rows = (
            [
                one.opened_at.isoformat(),
                one.closed_at.isoformat() if one.closed_at else "",
                one.subject,
                queries.sentence_of(one.code, one.facts),
            ]
            for one in found.order_by("-id")
        )
        return csv_file("alarms", header, rows)
    page = page_of(found, key=("id",), descending=True, after=request.GET.get("after", ""))
    return render(request, "ledger/alarms.html", {"page": page, "words": words})


@require_safe
@allowed(Permission.SEE_DATA)
def open_alarms(request: HttpRequest) -> HttpResponse:
    """The mark in the bar: how many alarms are open. Asked for by the bar itself, so that no page waits for it."""
    return render(request, "ledger/_mark.html", {"alarms": queries.open_alarms()})


@require_safe
@allowed(Permission.SEE_DATA)
def without_person(request: HttpRequest, source_pk: int, type_pk: int) -> HttpResponse:
    """The newest events of a source and type that name nobody."""
    found, type_ = get_object_or_404(Source, pk=source_pk), get_object_or_404(EventType, pk=type_pk)
    after = request.GET.get("after", "")
    if after and not after.isdecimal():
        raise Http404
    events = queries.events_without_person(
        type_.id, found.id, limit=PAGE + 1, below=int(after) if after else None
    )
    context = {
        "source": found,
        "type": type_,
        "events": events[:PAGE],
        "next_after": events[PAGE - 1].id if len(events) > PAGE else "",
    }
    return render(request, "ledger/without_person.html", context)
