"""Requirements: what each gate stops, what it costs, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from recorrido.journeys import access
from recorrido.journeys.gating import GATES, SELECTION
from recorrido.journeys.queries import Selection, Study
from recorrido.web.allowed import staff_of
from recorrido.web.analyses.showing import Shown, shown
from recorrido.web.conditions import attribute_said
from recorrido.web.exports import csv_file
from recorrido.web.gates import wording
from recorrido.web.journeys.page import Page, journey_page, show
from recorrido.web.shown import CLOSE, Count, Interval, behind

FEW = 30


@dataclass(frozen=True)
class Line:
    what: str
    quantity: Interval
    each: Interval
    total: Interval
    source: str


@dataclass(frozen=True)
class Option:
    name: str
    label: str
    is_verdict: bool
    orders: Interval
    contacts: Interval
    money: Interval | None
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Balanced:
    label: str
    before: float
    after: float

    @property
    def is_close(self) -> bool:
        return self.after < CLOSE


@dataclass(frozen=True)
class ShownGate:
    """A gate of a stored result, with its links. ``facts`` is what the library said."""

    facts: dict[str, Any]
    label: str
    owner: str
    address: str
    verdict: str
    reasons: tuple[str, ...]
    counts: dict[str, Count]

    @property
    def few(self) -> bool:
        return bool(self.facts["reached"] < FEW)

    @property
    def money(self) -> Interval | None:
        return Interval.of(self.facts["money"])

    @property
    def contacts(self) -> Interval | None:
        return Interval.of(self.facts["extra_contacts_interval"])

    @property
    def lost(self) -> Interval | None:
        return Interval.of(self.facts["orders_lost_per_month"])

    @property
    def seldom(self) -> bool:
        return "rejects_seldom" in self.facts["reasons"]

    @property
    def waiting(self) -> dict[str, float] | None:
        told = self.facts["waiting_hours"]
        return {name: hours * 3600 for name, hours in told.items()} if told else None


@require_safe
@journey_page
def gate_list(page: Page) -> HttpResponse:
    analysis, found = _found(page)
    if page.request.GET.get("format") == "csv":
        access.require_export(staff_of(page.request))
        return _csv(found)
    return show(page, "gates/list.html", {"analysis": analysis, "gates": found})


@require_safe
@journey_page
def gate(page: Page, step: str) -> HttpResponse:
    """One gate: the verdict and its reasons, what each option is worth, with whom it was compared."""
    analysis, found = _found(page)
    one = next((gate for gate in found if gate.facts["step"] == step), None)
    if one is None and analysis.result is not None:
        raise Http404(_("No customer is stopped at a requirement of this name."))
    context: dict[str, Any] = {"analysis": analysis, "gate": one, "heading": page.study.label(step)}
    if one is not None:
        context |= {"options": _options(one), "balance": _balance(page.study, one)}
    return show(page, "gates/gate.html", context)


def _found(page: Page) -> tuple[Shown, list[ShownGate]]:
    analysis = shown(page.study, GATES, page.request.get_full_path())
    told = (analysis.result or {}).get("gates", [])
    version = analysis.stored.shown.log_version if analysis.stored.shown else page.study.version
    return analysis, [_gate(page, version, one) for one in told]


def _gate(page: Page, version: str, facts: dict[str, Any]) -> ShownGate:
    study, step = page.study, facts["step"]
    fields = urlencode(page.pinned)
    return ShownGate(
        facts=facts,
        label=study.label(step),
        owner=study.owner_label(step),
        address=f"{reverse('gates:gate', args=[step])}?{fields}",
        verdict=wording.said(wording.VERDICTS, facts["verdict"]),
        reasons=tuple(wording.said(wording.REASONS, one) for one in facts["reasons"]),
        counts={
            name: Count(count, behind(study, version, Selection(SELECTION, (step, name))))
            for name, count in facts["journeys"].items()
        },
    )


def _options(one: ShownGate) -> list[Option]:
    return [
        Option(
            name=told["option"],
            label=wording.said(wording.OPTIONS, told["option"]),
            is_verdict=told["option"] == one.facts["verdict"],
            orders=Interval(**told["orders_kept"]),
            contacts=Interval(**told["contacts"]),
            money=Interval.of(told["money"]),
            lines=tuple(_line(line) for line in told["lines"]),
        )
        for told in one.facts["options"]
    ]


def _line(told: dict[str, Any]) -> Line:
    each = told["each"]
    return Line(
        what=wording.said(wording.LINES, told["what"]),
        quantity=Interval(**told["quantity"]),
        each=Interval(each["low"], each["expected"], each["high"]),
        total=Interval(**told["total"]),
        source=each["source"] or "",
    )


def _balance(study: Study, one: ShownGate) -> list[Balanced]:
    return [
        Balanced(attribute_said(study.journey_type, told["feature"]), told["before"], told["after"])
        for told in one.facts["balance"]
    ]


def _csv(found: list[ShownGate]) -> HttpResponse:
    header = [
        _("Requirement"), _("Owner"), _("Origin"), _("Reached"), _("Rejected"), _("Gave up"), _("Extra contacts"),
        _("at least"), _("at most"), _("Money a month"), _("at least"), _("at most"), _("Currency"), _("Verdict"),
    ]  # fmt: skip
    return csv_file("gates", header, (_cells(one) for one in found))


def _cells(one: ShownGate) -> list[object]:
    facts = one.facts
    contacts, money = (
        [told.expected, told.low, told.high] if told else ["", "", ""] for told in (one.contacts, one.money)
    )
    currency = (facts["money"] or {}).get("currency", "")
    counts = [facts["reached"], facts["rejected"], facts["gave_up"]]
    return [one.label, one.owner, facts["origin"], *counts, *contacts, *money, currency, one.verdict]
