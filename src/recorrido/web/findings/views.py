"""Findings: what goes wrong, ranked by what it costs, each as a sentence with what speaks for it."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from recorrido.company.access import Permission, may, require
from recorrido.company.models import Department
from recorrido.improve import access, queries
from recorrido.improve.errors import UnknownFinding
from recorrido.improve.models import Finding, FindingStatus
from recorrido.journeys.access import may_export, may_see_people
from recorrido.journeys.calendar.queries import days_of
from recorrido.web.allowed import allowed, staff_of
from recorrido.web.exports import csv_file
from recorrido.web.findings import charts
from recorrido.web.findings.forms import AcceptForm, WhyForm
from recorrido.web.findings.naming import Names
from recorrido.web.findings.narrowing import Narrowing, kind_choices, status_choices
from recorrido.web.findings.page import Findings, findings_page, journeys_are_ready
from recorrido.web.findings.showing import Shown, shown
from recorrido.web.incidents.wording import zone_of_journeys
from recorrido.web.methods import ADJUSTED, ASSOCIATION, PROVED, method_help, method_label

FEWEST_RUNS = 3  # of a chart of the history


@require_safe
@allowed(Permission.SEE_JOURNEYS)
def findings(request: HttpRequest) -> HttpResponse:
    page = findings_page(Narrowing.of(request.GET))
    if request.GET.get("format") == "csv":
        require(staff_of(request), Permission.EXPORT)
        return _csv(page)
    with zone_of_journeys():
        return render(request, "findings/list.html", _context(request, page))


def _context(request: HttpRequest, page: Findings) -> dict[str, Any]:
    return {
        "page": page,
        "narrowing": page.narrowing,
        "statuses": status_choices(),
        "kinds": kind_choices(page.kinds),
        "may_handle": access.may_handle(staff_of(request)),
        "may_export": may_export(staff_of(request)),
        "ready": page.run is not None or journeys_are_ready(),
    }


@require_safe
@allowed(Permission.SEE_JOURNEYS)
def printed(request: HttpRequest) -> HttpResponse:
    """The same findings as pages of paper."""
    page = findings_page(Narrowing.of(request.GET))
    methods = [(method_label(one), method_help(one)) for one in (ASSOCIATION, ADJUSTED, PROVED)]
    with zone_of_journeys():
        return render(request, "findings/print.html", _context(request, page) | {"methods": methods})


def _csv(page: Findings) -> HttpResponse:
    header = [
        _("Number"), _("Finding"), _("Status"), _("Department"), _("Kind"), _("Shows at"), _("Begins at"), _("Cause"),
        _("Journeys"), _("A month"), _("Money a month, at least"), _("Money a month, expected"),
        _("Money a month, at most"), _("Currency"), _("Method"), _("Since"), _("Overlaps with"), _("Log version"),
    ]  # fmt: skip
    return csv_file("findings", header, ([*_line(one)] for one in (*page.rows, *page.look_alikes)))


def _line(one: Shown) -> list[object]:
    finding, money = one.finding, one.money
    return [
        finding.id, one.sentence, finding.get_status_display(), one.department, one.kind, one.felt_at, one.born_at,
        one.names.cause(finding), finding.journeys, one.told.get("journeys_per_month", ""),
        *([round(money.low), round(money.expected), round(money.high), money.currency] if money else ["", "", "", ""]),
        method_label(one.method), one.told.get("since") or "", " · ".join(str(other.id) for other in one.overlapping),
        finding.last_run.log_version,
    ]  # fmt: skip


@require_safe
@allowed(Permission.SEE_JOURNEYS)
def finding(request: HttpRequest, pk: int) -> HttpResponse:
    found = finding_or_404(request, pk)
    return show_finding(request, found)


def finding_or_404(request: HttpRequest, pk: int) -> Finding:
    try:
        return access.finding_for(staff_of(request), pk)
    except UnknownFinding as error:
        raise Http404(str(error)) from error


def show_finding(
    request: HttpRequest, found: Finding, *, status: int = 200, **forms: AcceptForm | WhyForm
) -> HttpResponse:
    """The page of one finding. ``forms``: those that were sent with mistakes."""
    page = findings_page()
    one = next((row for row in page.all if row.finding.id == found.id), shown([found], page.names, {}, [])[0])
    figures, staff = queries.history_of(found), staff_of(request)
    overlapping = [row for row in page.all if row.finding in one.overlapping]
    context = {
        "one": one,
        "page": page,
        "overlapping": overlapping,
        "figures": figures,
        "has_chart": sum(one.money is not None for one in figures) >= FEWEST_RUNS,
        "trail": queries.trail_of(found),
        "improvement": queries.improvement_of(found),
        "disputed": queries.disputed_journeys(found) if found.status == FindingStatus.DISPUTED else [],
        "may_handle": access.may_handle(staff) and not one.is_gone and not found.is_look_alike,
        "may_see_people": may_see_people(staff) and may(staff, Permission.SEE_PEOPLE),
        "accept_form": forms.get("accept")
        or AcceptForm(initial={"department": _department(found)}, prefix="accept"),
        "dismiss_form": forms.get("dismiss") or WhyForm(prefix="dismiss"),
        "dispute_form": forms.get("dispute") or WhyForm(prefix="dispute"),
    }
    with zone_of_journeys():
        return render(request, "findings/finding.html", context, status=status)


def _department(found: Finding) -> Department | None:
    return Department.objects.filter(slug=found.department).first()


@require_safe
@allowed(Permission.SEE_JOURNEYS)
def history(request: HttpRequest, pk: int) -> HttpResponse:
    """Its money run by run, as a picture, with what stands in the calendar."""
    figures = queries.history_of(finding_or_404(request, pk))
    dark = request.GET.get("theme") == "dark"
    picture = charts.money_by_run(figures, days_of(Names.in_force().entries), dark=dark)
    return HttpResponse(picture, content_type="image/svg+xml")
