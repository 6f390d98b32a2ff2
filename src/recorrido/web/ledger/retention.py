"""What is taken out of old events."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from recorrido.company.access import Permission, may
from recorrido.events import actions
from recorrido.events.errors import LedgerError
from recorrido.events.models import RetentionRule
from recorrido.web.allowed import allowed, staff_of
from recorrido.web.ledger.forms import RetentionForm

MOST_RULES = 100


@dataclass(frozen=True)
class Row:
    """A rule, and what it would do tonight if somebody asked."""

    rule: RetentionRule
    due: actions.Due | None


@require_safe
@allowed(Permission.SEE_DATA)
def retention_list(request: HttpRequest) -> HttpResponse:
    """All rules (a company has a handful); ``count`` names the one to count for, which may take seconds."""
    count = request.GET.get("count", "")
    rules = RetentionRule.objects.select_related("source").order_by("id")[:MOST_RULES]
    rows = [Row(rule, actions.due_now(rule) if str(rule.id) == count else None) for rule in rules]
    context = {"rows": rows, "may_manage": may(staff_of(request), Permission.MANAGE_DATA)}
    return render(request, "ledger/retention.html", context)


@allowed(Permission.MANAGE_DATA)
def new_retention_rule(request: HttpRequest) -> HttpResponse:
    form = RetentionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            rule = actions.save_retention_rule(actor=staff_of(request), **form.cleaned_data)
        except LedgerError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Saved. It works from the next night on."))
            return redirect(f"{request.path.removesuffix('new/')}?count={rule.id}")
    context = {"form": form, "title": _("New retention rule")}
    return render(request, "ledger/retention_rule.html", context, status=422 if form.errors else 200)


@require_POST
@allowed(Permission.MANAGE_DATA)
def switch_retention_rule(request: HttpRequest, pk: int) -> HttpResponse:
    rule = get_object_or_404(RetentionRule.objects.select_related("source"), pk=pk)
    active = request.POST.get("active") == "yes"
    actions.switch_retention_rule(actor=staff_of(request), rule=rule, is_active=active)
    messages.success(request, _("Saved."))
    return redirect("data:retention")
