"""Advice and support, failure demand, profit: each shows a kept analysis of the page's log version."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from recorrido.journeys import access
from recorrido.journeys.demand import profits, queries, working
from recorrido.journeys.queries import Filters, Study
from recorrido.people.queries import names_of
from recorrido.web.allowed import staff_of
from recorrido.web.analyses.showing import Shown, shown
from recorrido.web.demand import charts, files
from recorrido.web.exports import csv_file
from recorrido.web.journeys.page import Page, journey_page, show

PAGE = 50  # sampled contacts of a page
View = TypeVar("View")


def _kept(page: Page, kind: str, view: Callable[[Study, Any], View]) -> tuple[Shown, View | None]:
    analysis = shown(page.study, kind, page.request.get_full_path())
    return analysis, None if analysis.result is None else view(page.study, analysis.result)


def _is_csv(page: Page) -> bool:
    if page.request.GET.get("format") != "csv":
        return False
    access.require_export(staff_of(page.request))
    return True


def _here(page: Page, route: str, *args: Any, **more: str) -> str:
    """The address of a page of this area on the same log version."""
    return f"{reverse(f'demand:{route}', args=args)}?{urlencode([*page.pinned, *more.items()])}"


@require_safe
@journey_page
def failure_demand(page: Page) -> HttpResponse:
    """What share of the support contacts is born in which process of which department."""
    analysis, view = _kept(page, working.FAILURE_DEMAND, queries.demand_view)
    if view is not None and _is_csv(page):
        return csv_file("failure-demand", files.CAUSES, files.causes(view))
    version = _version_of(page, analysis)
    context = {
        "analysis": analysis,
        "demand": view,
        "causes": [(one, _here(page, "cause", one.place)) for one in view.causes] if view else [],
        "departments": [(one, _born_in(page, view, one)) for one in view.departments] if view else [],
        "chart": _here(page, "departments"),
        "chart_words": charts.departments_words(view) if view else "",
        "chart_height": charts.departments_height(view) if view else 0,
        "contacts_address": _here(page, "contacts"),
        "version": version,
    }
    return show(page, "demand/failure_demand.html", context)


def _born_in(page: Page, view: queries.DemandView, one: queries.DepartmentRow) -> str:
    """Where the contacts of a department are; of none: those that nothing explains."""
    if one.slug:
        return _here(page, "department", one.slug)
    return _here(page, "cause", view.unexplained.place) if view.unexplained else ""


def _version_of(page: Page, analysis: Shown) -> str:
    """The log version that a shown result speaks of."""
    found = analysis.stored.shown
    return found.log_version if found else page.study.version


@require_safe
@journey_page
def departments_chart(page: Page) -> HttpResponse:
    """Shares by department with their intervals, as a picture."""
    _analysis, view = _kept(page, working.FAILURE_DEMAND, queries.demand_view)
    if view is None:
        raise Http404
    return _svg(charts.departments(view, dark=page.request.GET.get("theme") == "dark"))


@require_safe
@journey_page
def cause(page: Page, place: int) -> HttpResponse:
    """Contacts of one cause, each with its journey."""
    analysis, view = _kept(page, working.FAILURE_DEMAND, queries.demand_view)
    if view is None or place >= len(view.causes):
        raise Http404
    found = view.causes[place]
    return _contacts_of(page, analysis, [found], {"heading": found.born_label, "cause": found})


@require_safe
@journey_page
def department(page: Page, slug: str) -> HttpResponse:
    """Contacts born in any step of a department, each with its journey."""
    analysis, view = _kept(page, working.FAILURE_DEMAND, queries.demand_view)
    found = [one for one in (view.causes if view else ()) if one.slug == slug]
    if not found:
        raise Http404
    return _contacts_of(page, analysis, found, {"heading": found[0].department})


def _contacts_of(
    page: Page, analysis: Shown, causes: Sequence[queries.CauseRow], about: dict[str, Any]
) -> HttpResponse:
    access.require_people(staff_of(page.request))
    sampled = queries.sampled_contacts(page.study, analysis.result or {}, causes)
    if _is_csv(page):
        return csv_file("contacts", files.CONTACTS, files.sampled(sampled))
    words = page.request.GET.get("q", "").strip()
    found = [one for one in sampled if words.casefold() in f"{one.label} {one.channel}".casefold()]
    after = _number(page.request.GET.get("after", ""))
    version = _version_of(page, analysis)
    context = {
        "contacts": sum(one.contacts for one in causes),
        "sampled": len(sampled),
        "found": len(found),
        "rows": [(one, _journey_address(page, version, one.row)) for one in found[after : after + PAGE]],
        "words": words,
        "next": after + PAGE if after + PAGE < len(found) else None,
        "back": _here(page, "failure"),
    }
    return show(page, "demand/cause.html", about | context)


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 7 else 0


def _journey_address(page: Page, version: str, row: int) -> str:
    query = urlencode([("type", page.study.journey_type.slug), ("log", version)])
    return f"{reverse('journeys:journey', args=[row])}?{query}"


@require_safe
@journey_page
def contacts(page: Page) -> HttpResponse:
    """All contact split into advice and support, and which advice precedes fewer contacts."""
    analysis, view = _kept(page, working.CONTACTS, queries.split_view)
    if view is not None and _is_csv(page):
        return csv_file("contacts", files.SPLIT, files.split(view))
    words = page.request.GET.get("q", "").strip()
    rows = [
        one
        for one in (view.rows if view else ())
        if words.casefold() in f"{one.label} {one.department} {one.channel} {one.purpose_label}".casefold()
    ]
    context = {
        "analysis": analysis,
        "split": view,
        "rows": rows,
        "words": words,
        "chart": _here(page, "channels"),
        "chart_words": charts.channels_words(view) if view else "",
        "chart_height": charts.channels_height(view) if view else 0,
        "failure_address": _here(page, "failure"),
    }
    return show(page, "demand/contacts.html", context)


@require_safe
@journey_page
def channels_chart(page: Page) -> HttpResponse:
    """Advice and support by channel, as a picture."""
    _analysis, view = _kept(page, working.CONTACTS, queries.split_view)
    if view is None:
        raise Http404
    return _svg(charts.channels(view, dark=page.request.GET.get("theme") == "dark"))


@require_safe
@journey_page
def profit(page: Page) -> HttpResponse:
    """The most and the least profitable customers, products and channels, with the arithmetic."""
    may_see_people = access.may_see_people(staff_of(page.request))
    analysis, view = _kept(page, working.PROFIT, profits.profit_view)
    tables = [one for one in (view.tables if view else ()) if one.by != "person" or may_see_people]
    if view is not None and _is_csv(page):
        return csv_file("profit", files.PROFIT, files.profits(tables))
    chosen = page.request.GET.get("by", "")
    table = next((one for one in tables if one.by == chosen), tables[0] if tables else None)
    context = {
        "analysis": analysis,
        "profit": view,
        "tables": [(one, _here(page, "profit", by=one.by)) for one in tables],
        "table": table,
        "most": _named(page, table, table.most) if table else [],
        "least": _named(page, table, table.least) if table else [],
    }
    return show(page, "demand/profit.html", context)


def _named(
    page: Page, table: profits.ProfitTable, rows: Sequence[profits.ProfitRow]
) -> list[tuple[profits.ProfitRow, str, str]]:
    """Each with the page of the person, else with its journeys; and what the person is called, as far as it is known."""
    names = names_of(one.person for one in rows if one.person is not None)
    return [(one, _address_of(page, table.by, one), names.get(one.person or 0, "")) for one in rows]


def _address_of(page: Page, by: str, row: profits.ProfitRow) -> str:
    if row.person is not None:
        return reverse("people:person", args=[row.person])
    if by == "person":
        return page.address("list", filters=Filters(), q=row.value)
    return page.address("list", filters=Filters(segments=((by, row.value),)))


def _svg(text: str) -> HttpResponse:
    response = HttpResponse(text, content_type="image/svg+xml")
    response["Cache-Control"] = "private, max-age=600"
    return response
