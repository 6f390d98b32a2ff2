"""Incidents: what is broken now, what was, whom it touched, and what staff do about it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from recorrido.company.access import Permission, may, require
from recorrido.journeys.watch import access, actions, queries
from recorrido.journeys.watch.errors import UnknownIncident
from recorrido.journeys.watch.models import Incident, Verdict
from recorrido.shared import clock
from recorrido.web.allowed import allowed, staff_of
from recorrido.web.exports import csv_file
from recorrido.web.incidents import charts
from recorrido.web.incidents.forms import NoteForm, VerdictForm
from recorrido.web.incidents.wording import department_names, zone_of_journeys
from recorrido.web.paging import page_of

PERSONS = 50
CSV_PERSONS = 100_000


def _of_incident(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Hand the incident to ``view(request, incident)``; 404 where there is none."""

    @wraps(view)
    def found(request: HttpRequest, pk: int) -> HttpResponse:
        try:
            return view(request, access.incident_for(staff_of(request), pk))
        except UnknownIncident as error:
            raise Http404(str(error)) from error

    return found


@require_safe
@allowed(Permission.SEE_JOURNEYS)
def incident_list(request: HttpRequest) -> HttpResponse:
    words = request.GET.get("q", "").strip()
    found = queries.find_incidents(words)
    if request.GET.get("format") == "csv":
        require(staff_of(request), Permission.EXPORT)
        return _csv(found)
    page = page_of(found, key=("id",), descending=True, after=request.GET.get("after", ""))
    context = {
        "page": page,
        "words": words,
        "open": [] if words else queries.open_incidents(),
        "owners": department_names(),
        "may_export": may(staff_of(request), Permission.EXPORT),
    }
    return render(request, "incidents/list.html", context)


def _csv(found: QuerySet[Incident]) -> HttpResponse:
    header = [_("Since (UTC)"), _("Until (UTC)"), _("Kind"), _("Where"), _("Owner"), _("Seen"), _("Usual")]
    rows = (
        [
            one.first_minute.isoformat(),
            one.closed_at.isoformat() if one.closed_at else "",
            one.kind,
            one.touchpoint or one.source,
            one.owner,
            one.seen,
            round(one.expected, 2),
            one.persons if one.persons is not None else "",
            one.verdict,
        ]
        for one in found.iterator()
    )
    return csv_file("incidents", [*header, _("Persons"), _("Verdict")], rows)


@require_safe
@allowed(Permission.SEE_JOURNEYS)
def open_mark(request: HttpRequest) -> HttpResponse:
    """The mark in the bar: how many are open. Asked for by the bar itself, so that no page waits for it."""
    return render(request, "incidents/_mark.html", {"open": queries.open_incidents()})


@require_safe
@_of_incident
def incident(request: HttpRequest, found: Incident) -> HttpResponse:
    now, staff = clock.now(), staff_of(request)
    context: dict[str, Any] = {
        "incident": found,
        "together": queries.incidents_together(found),
        "owners": department_names(),
        "lasted": found.lasted_until(now) - found.first_minute,
        "chart_words": charts.words_of(found),
        "may_handle": access.may_handle(staff),
        "may_see_people": may(staff, Permission.SEE_PEOPLE),
        "note_form": NoteForm(initial={"note": found.note}),
        "verdict_form": VerdictForm(initial={"verdict": found.verdict or Verdict.REAL}),
    }
    with zone_of_journeys():
        return render(request, "incidents/incident.html", context)


@require_safe
@_of_incident
def minutes(request: HttpRequest, found: Incident) -> HttpResponse:
    """The minutes against what is usual, as a picture."""
    dark = request.GET.get("theme") == "dark"
    return HttpResponse(charts.minutes_of(found, dark=dark), content_type="image/svg+xml")


@require_safe
@_of_incident
def affected(request: HttpRequest, found: Incident) -> HttpResponse:
    """Whom it touched, by number of person."""
    require(staff_of(request), Permission.SEE_PEOPLE)
    now = clock.now()
    if request.GET.get("format") == "csv":
        require(staff_of(request), Permission.EXPORT)
        rows = queries.affected_persons(found, now=now, limit=CSV_PERSONS)
        header = [_("Person"), _("Times"), _("First (UTC)"), _("Last (UTC)")]
        return csv_file(
            f"incident-{found.pk}",
            header,
            ([row.person_id, row.times, row.first_at.isoformat(), row.last_at.isoformat()] for row in rows),
        )
    words = request.GET.get("q", "").strip()
    after = (
        max(0, int(words) - 1)
        if words.isdecimal() and len(words) < 18
        else _number(request.GET.get("after", ""))
    )
    rows = queries.affected_persons(found, now=now, after=after, limit=PERSONS + 1)
    context = {
        "incident": found,
        "rows": rows[:PERSONS],
        "words": words,
        "next_after": rows[PERSONS - 1].person_id if len(rows) > PERSONS else "",
        "may_export": may(staff_of(request), Permission.EXPORT),
    }
    with zone_of_journeys():
        return render(request, "incidents/affected.html", context)


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 18 else 0


@require_POST
@allowed(Permission.HANDLE_INCIDENTS)
@_of_incident
def acknowledge(request: HttpRequest, found: Incident) -> HttpResponse:
    form = NoteForm(request.POST)
    form.is_valid()
    note = form.cleaned_data.get("note", "")
    actions.acknowledge(actor=staff_of(request), incident_id=found.pk, note=note)
    messages.success(request, _("You look after this incident."))
    return redirect("incidents:incident", found.pk)


@require_POST
@allowed(Permission.HANDLE_INCIDENTS)
@_of_incident
def close(request: HttpRequest, found: Incident) -> HttpResponse:
    if actions.close_by_hand(actor=staff_of(request), incident_id=found.pk):
        messages.success(request, _("The incident is closed. It does not open again within an hour."))
    else:
        messages.warning(request, _("This incident was closed already."))
    return redirect("incidents:incident", found.pk)


@require_POST
@allowed(Permission.HANDLE_INCIDENTS)
@_of_incident
def judge(request: HttpRequest, found: Incident) -> HttpResponse:
    form = VerdictForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose what it was."))
        return redirect("incidents:incident", found.pk)
    actions.judge_incident(
        actor=staff_of(request),
        incident_id=found.pk,
        verdict=Verdict(form.cleaned_data["verdict"]),
        calmer=form.cleaned_data["calmer"],
    )
    messages.success(request, _("Written down, thank you."))
    return redirect("incidents:incident", found.pk)
