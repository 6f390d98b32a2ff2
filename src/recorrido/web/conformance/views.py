"""Design and reality: how journeys leave their design; and what design and reality know nothing of."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from recorrido.company.access import Permission, may
from recorrido.journeys import access
from recorrido.journeys.conformance import KIND, Row, Sheet, sheet_of
from recorrido.journeys.conformance import reconciliation as reconcile
from recorrido.journeys.conformance.analysis import has_path
from recorrido.journeys.errors import JourneysError, LogVersionGone
from recorrido.journeys.queries import Filters, Study, blueprint_in_force, open_study
from recorrido.web.allowed import allowed, staff_of
from recorrido.web.analyses.showing import Shown, shown
from recorrido.web.exports import csv_file
from recorrido.web.journeys.page import Page, refused, show

SHOWN = 40


@require_safe
@allowed(Permission.SEE_JOURNEYS)
def conformance(request: HttpRequest) -> HttpResponse:
    try:
        study = access.study_for(staff_of(request), _type_of(request), request.GET.get("log", ""))
    except JourneysError as error:
        return refused(request, error)
    analysis = shown(study, KIND, request.get_full_path())
    page = Page(request, _counted(study, analysis), Filters())
    sheet = _sheet(page, analysis)
    words, kind = request.GET.get("q", "").strip(), request.GET.get("kind", "")
    rows = [row for row in (sheet.rows if sheet else ()) if _meets(row, words, kind)]
    if sheet and request.GET.get("format") == "csv":
        access.require_export(staff_of(request))
        return csv_file("deviations", _header(), (_cells(row) for row in rows))
    context = {
        "analysis": analysis,
        "sheet": sheet,
        "rows": rows[: None if "all" in request.GET else SHOWN],
        "more": max(0, len(rows) - SHOWN) if "all" not in request.GET else 0,
        "has_path": has_path(study),
        "words": words,
        "kind": kind,
        "may_design": may(staff_of(request), Permission.EDIT_BLUEPRINT),
    }
    return show(page, "conformance/conformance.html", context)


def _type_of(request: HttpRequest) -> str:
    """The journeys asked for, else the first that the design has a path for."""
    if asked := request.GET.get("type", ""):
        return asked
    _version, blueprint = blueprint_in_force()
    designed = [slug for slug, kind in blueprint.journeys.items() if kind.path is not None]
    return "" if blueprint.default_journey in designed or not designed else designed[0]


def _counted(study: Study, analysis: Shown) -> Study:
    """The log version whose journeys were counted, while it is there: its links lead to exactly these."""
    older = analysis.older
    if older is not None:
        with suppress(LogVersionGone):
            return open_study(study.journey_type.slug, older.log_version)
    return study


def _sheet(page: Page, analysis: Shown) -> Sheet | None:
    if analysis.result is None:
        return None
    step = page.address("step", "STEP").replace("STEP", "{step}")
    return sheet_of(page.study, analysis.result, page.list_link, step)


def _meets(row: Row, words: str, kind: str) -> bool:
    return words.casefold() in f"{row.label} {row.owner}".casefold() and kind in ("", row.kind)


def _header() -> list[str]:
    return [
        _("deviation"), _("step"), _("department"), _("journeys"), _("share"), _("extra days"), _("low"), _("high"),
        _("goal reached"), _("beside"), _("contacts"), _("beside"), _("satisfaction"), _("beside"),
    ]  # fmt: skip


def _cells(row: Row) -> list[Any]:
    days = [row.days.expected, row.days.low, row.days.high] if row.days else ["", "", ""]
    return [row.says, row.label, row.owner, row.journeys.count, row.share["expected"], *days, *_beside(row)]


def _beside(row: Row) -> Iterator[Any]:
    for found in (row.goal, row.contacts, row.score):
        yield from ("", "") if found is None else (found.deviating, found.conforming)


@require_safe
@allowed(Permission.SEE_JOURNEYS)
def reconciliation(request: HttpRequest) -> HttpResponse:
    try:
        found = reconcile()
    except JourneysError as error:
        return refused(request, error)
    actor = staff_of(request)
    context = {
        "found": found,
        "may_design": may(actor, Permission.EDIT_BLUEPRINT),
        "may_data": may(actor, Permission.SEE_DATA),
    }
    return render(request, "conformance/reconciliation.html", context)
