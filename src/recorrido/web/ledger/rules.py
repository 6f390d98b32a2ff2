"""The rules that mend refused events."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from recorrido.company.access import Permission, may
from recorrido.events.actions import save_rule
from recorrido.events.errors import LedgerError
from recorrido.events.models import QuarantineRule
from recorrido.web.allowed import allowed, staff_of
from recorrido.web.exports import csv_file
from recorrido.web.ledger.forms import RuleForm
from recorrido.web.ledger.reasons import REASONS
from recorrido.web.paging import page_of


@require_safe
@allowed(Permission.SEE_DATA)
def rule_list(request: HttpRequest) -> HttpResponse:
    words = request.GET.get("q", "").strip()
    found = QuarantineRule.objects.select_related("source").filter(name__icontains=words)
    if request.GET.get("format") == "csv":
        header = [_("Name"), _("Source"), _("Reason"), _("Event types"), _("Steps"), _("Switched on")]
        rows = ([r.name, r.source or "", r.code, r.type_pattern, r.steps, r.is_active] for r in found)
        return csv_file("quarantine-rules", header, rows)
    page = page_of(found, key=("name", "id"), after=request.GET.get("after", ""))
    context = {"page": page, "words": words, "may_manage": may(staff_of(request), Permission.MANAGE_DATA)}
    return render(request, "ledger/rules.html", context)


@allowed(Permission.MANAGE_DATA)
def new_rule(request: HttpRequest) -> HttpResponse:
    """A new rule; opened from a refused event, it is filled in for that one."""
    given = {name: request.GET.get(name, "") for name in ("source", "code", "type_pattern")}
    form = RuleForm(request.POST or None, initial=given, codes=_codes())
    return _saved(request, form, None) or _shown(request, form, _("New rule"))


@allowed(Permission.MANAGE_DATA)
def edit_rule(request: HttpRequest, pk: int) -> HttpResponse:
    rule = get_object_or_404(QuarantineRule, pk=pk)
    initial = {name: getattr(rule, name) for name in RuleForm.base_fields}
    form = RuleForm(request.POST or None, initial=initial, codes=_codes())
    return _saved(request, form, rule) or _shown(request, form, rule.name)


def _saved(request: HttpRequest, form: RuleForm, rule: QuarantineRule | None) -> HttpResponse | None:
    if request.method != "POST" or not form.is_valid():
        return None
    try:
        save_rule(actor=staff_of(request), rule=rule, **form.cleaned_data)
    except LedgerError as error:
        form.add_error(None, str(error))
        return None
    messages.success(request, _("Saved."))
    return redirect("data:rules")


def _shown(request: HttpRequest, form: RuleForm, title: str) -> HttpResponse:
    context = {"form": form, "title": title, "for": "quarantine"}
    return render(request, "ledger/rule.html", context, status=422 if form.errors else 200)


def _codes() -> list[tuple[str, str]]:
    """Each code once by its title; several codes may share one, so the code stands beside it."""
    return sorted(
        ((code, f"{reason.title} ({code})") for code, reason in REASONS.items()), key=lambda pair: pair[1]
    )
