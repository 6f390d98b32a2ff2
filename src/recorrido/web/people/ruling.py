"""The rules about identifiers: limits by kind, blocked values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from recorrido.company.access import Permission
from recorrido.people import actions, queries
from recorrido.people.blocked import SHIPPED
from recorrido.people.errors import BadRule
from recorrido.people.identifiers import KIND
from recorrido.people.kinds import KINDS, Rule, kind_named
from recorrido.web.allowed import allowed, staff_of
from recorrido.web.paging import page_of


class RuleForm(forms.Form):
    limit = forms.IntegerField(
        label=gettext_lazy("At most, per person"),
        help_text=gettext_lazy("Empty: any number."),
        required=False,
        min_value=1,
        max_value=10_000,
    )
    per_source = forms.BooleanField(
        label=gettext_lazy("Count those of each source by themselves"), required=False
    )
    weak = forms.BooleanField(
        label=gettext_lazy("Several persons may share one"),
        help_text=gettext_lazy("It never joins two persons who have strong identifiers of their own."),
        required=False,
    )


class BlockedValueForm(forms.Form):
    kind = forms.CharField(
        label=gettext_lazy("Kind"),
        help_text=gettext_lazy("As in email, phone, cl.rut. Empty: any kind."),
        required=False,
        max_length=32,
    )
    pattern = forms.CharField(
        label=gettext_lazy("Value"),
        help_text=gettext_lazy("An asterisk stands for anything: caja*@tienda.cl"),
        max_length=255,
    )
    reason = forms.CharField(label=gettext_lazy("Why"), max_length=200)
    allowed = forms.BooleanField(
        label=gettext_lazy("It does identify somebody: let it through"), required=False
    )


@dataclass(frozen=True)
class RuleRow:
    kind: str
    label: str
    rule: Rule
    own: bool


@require_safe
@allowed(Permission.RULE_PEOPLE)
def rules(request: HttpRequest) -> HttpResponse:
    own = queries.own_rules()
    kinds = sorted(KINDS.keys() | own.keys() | set(queries.kinds_in_use()), key=_strongest_first)
    rows = [RuleRow(kind, str(kind_named(kind).label), _rule(kind, own), kind in own) for kind in kinds]
    return render(request, "people/rules.html", {"rows": rows, "tab": "rules"})


@allowed(Permission.RULE_PEOPLE)
def rule(request: HttpRequest, kind: str) -> HttpResponse:
    """One rule. It holds for links told from now on; how many persons are beyond it already is said, not mended."""
    if not KIND.fullmatch(kind):
        raise Http404
    present = _rule(kind, queries.own_rules())
    form = RuleForm(request.POST or None, initial=_fields(present))
    if request.method == "POST" and "reset" in request.POST:
        actions.reset_rule(actor=staff_of(request), kind=kind)
        messages.success(request, _("The shipped rule holds again, for links told from now on."))
        return redirect("people:rules")
    if request.method == "POST" and form.is_valid():
        new = Rule(**form.cleaned_data)
        actions.set_rule(actor=staff_of(request), kind=kind, rule=new)
        messages.success(request, _saved(kind, new))
        return redirect("people:rules")
    context = {
        "form": form,
        "kind": kind,
        "label": kind_named(kind).label,
        "own": kind in queries.own_rules(),
    }
    return render(request, "people/rule.html", context, status=422 if form.errors else 200)


@require_safe
@allowed(Permission.RULE_PEOPLE)
def blocked_values(request: HttpRequest) -> HttpResponse:
    words = request.GET.get("q", "").strip()
    page = page_of(
        queries.own_values(words), key=("id",), descending=True, after=request.GET.get("after", "")
    )
    shipped = [one for one in SHIPPED if words.casefold() in one.pattern.casefold()]
    context = {"page": page, "words": words, "shipped": shipped, "form": BlockedValueForm(), "tab": "blocked"}
    return render(request, "people/blocked_values.html", context)


@require_POST
@allowed(Permission.RULE_PEOPLE)
def block_value(request: HttpRequest) -> HttpResponse:
    form = BlockedValueForm(request.POST)
    if not form.is_valid():
        context = {"form": form, "tab": "blocked", "page": None, "words": "", "shipped": []}
        return render(request, "people/blocked_values.html", context, status=422)
    try:
        messages.success(request, _block(request, **form.cleaned_data))
    except BadRule as error:
        messages.error(request, str(error))
    return redirect("people:blocked-values")


@require_POST
@allowed(Permission.RULE_PEOPLE)
def remove_value(request: HttpRequest, value_id: int) -> HttpResponse:
    actions.withdraw_value(actor=staff_of(request), value=value_id)
    messages.success(request, _("It is off the list. What it kept apart waits on the review page."))
    return redirect("people:blocked-values")


def _block(request: HttpRequest, kind: str, pattern: str, reason: str, allowed: bool) -> str:
    told: dict[str, Any] = {"actor": staff_of(request), "kind": kind, "pattern": pattern, "reason": reason}
    if allowed:
        actions.allow_value(**told)
        return _("The value identifies somebody from now on.")
    hit = actions.block_value(**told)
    words = ngettext(
        "Blocked. %(n)d identifier that was known stands alone now.",
        "Blocked. %(n)d identifiers that were known stand alone now.",
        hit,
    )
    return words % {"n": hit}


def _saved(kind: str, new: Rule) -> str:
    """What the change does to the past: nothing; so it says how much of the past is beyond it."""
    saved = _("Saved: it holds for links told from now on.")
    beyond = 0 if new.limit is None else queries.count_beyond(kind, new.limit, per_source=new.per_source)
    if not beyond:
        return saved
    words = ngettext(
        "%(n)d person has more already and stays as they are.",
        "%(n)d persons have more already and stay as they are.",
        beyond,
    )
    return f"{saved} {words % {'n': beyond}}"


def _rule(kind: str, own: dict[str, Any]) -> Rule:
    row = own.get(kind)
    return Rule(row.limit, row.per_source, row.weak) if row else kind_named(kind).rule


def _fields(rule: Rule) -> dict[str, Any]:
    return {"limit": rule.limit, "per_source": rule.per_source, "weak": rule.weak}


def _strongest_first(kind: str) -> tuple[int, str]:
    return -kind_named(kind).strength, kind
