"""Accept, dismiss, dispute a finding, take it back, look for findings anew."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from recorrido.company.access import Permission
from recorrido.improve import actions
from recorrido.improve.actions.deciding import Plan
from recorrido.improve.errors import ImproveError
from recorrido.journeys.errors import JourneysError
from recorrido.web.allowed import allowed, staff_of
from recorrido.web.findings.forms import AcceptForm, WhyForm
from recorrido.web.findings.views import finding_or_404, show_finding


@require_POST
@allowed(Permission.HANDLE_FINDINGS)
def ask(request: HttpRequest) -> HttpResponse:
    """Look for findings now; the page shows how far it is."""
    try:
        analysis = actions.request_findings(actor=staff_of(request))
    except JourneysError as error:
        messages.error(request, str(error))
        return redirect("findings:list")
    if not analysis.under_way:
        messages.info(
            request, _("Nothing happened since the last look: these findings are the newest there are.")
        )
    return redirect("findings:list")


@require_POST
@allowed(Permission.HANDLE_FINDINGS)
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    found, form = finding_or_404(request, pk), AcceptForm(request.POST, prefix="accept")
    if not form.is_valid():
        return show_finding(request, found, status=422, accept=form)
    try:
        actions.accept_finding(actor=staff_of(request), finding_id=pk, plan=Plan(**form.cleaned_data))
        messages.success(request, _("Accepted. It has an owner now, and stays here until it is mended."))
    except ImproveError as error:
        messages.error(request, str(error))
    return redirect("findings:finding", pk)


@require_POST
@allowed(Permission.HANDLE_FINDINGS)
def dismiss(request: HttpRequest, pk: int) -> HttpResponse:
    found, form = finding_or_404(request, pk), WhyForm(request.POST, prefix="dismiss")
    if not form.is_valid():
        return show_finding(request, found, status=422, dismiss=form)
    try:
        actions.dismiss_finding(actor=staff_of(request), finding_id=pk, why=form.cleaned_data["why"])
        messages.success(
            request, _("Dismissed. It stays in the list of dismissed findings, with your reason.")
        )
    except ImproveError as error:
        messages.error(request, str(error))
        return redirect("findings:finding", pk)
    return redirect("findings:list")


@require_POST
@allowed(Permission.HANDLE_FINDINGS)
def dispute(request: HttpRequest, pk: int) -> HttpResponse:
    found, form = finding_or_404(request, pk), WhyForm(request.POST, prefix="dispute")
    if not form.is_valid():
        return show_finding(request, found, status=422, dispute=form)
    try:
        actions.dispute_finding(actor=staff_of(request), finding_id=pk, why=form.cleaned_data["why"])
        messages.success(
            request,
            _("Disputed. Below are twenty of its journeys, drawn by lot, to be looked at one by one."),
        )
    except ImproveError as error:
        messages.error(request, str(error))
    return redirect("findings:finding", pk)


@require_POST
@allowed(Permission.HANDLE_FINDINGS)
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    finding_or_404(request, pk)
    try:
        actions.reopen_finding(actor=staff_of(request), finding_id=pk)
        messages.success(request, _("It is open again."))
    except ImproveError as error:
        messages.error(request, str(error))
    return redirect("findings:finding", pk)
