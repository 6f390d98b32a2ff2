"""The journeys behind a figure, and one journey step by step."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from django.views.decorators.http import require_safe

from recorrido.journeys import access, queries
from recorrido.journeys.queries import Selection
from recorrido.web.allowed import staff_of
from recorrido.web.exports import csv_stream
from recorrido.web.journeys.naming import name_of
from recorrido.web.journeys.page import Page, journey_page, show, with_filters


@require_safe
@journey_page
def journeys_behind(page: Page) -> HttpResponse | StreamingHttpResponse:
    """The rows that a figure counted: as many as it said."""
    access.require_people(staff_of(page.request))
    selection = Selection.decode(page.request.GET.get("sel", ""))
    if page.request.GET.get("format") == "csv":
        access.require_export(staff_of(page.request))
        return csv_stream("journeys", queries.journeys_as_csv(page.study, page.filters, selection))
    words = page.request.GET.get("q", "").strip()
    found = queries.journeys_behind(page.study, page.filters, selection, search=words, after=_after(page))
    context = {
        "found": found,
        "words": words,
        "name": name_of(page.study, selection),
        "next": _next(page, found),
    }
    return show(page, "journeys/list.html", context | with_filters(page))


def _after(page: Page) -> int | None:
    text = page.request.GET.get("after", "")
    return int(text) if text.isdecimal() else None


def _next(page: Page, found: queries.JourneyList) -> str:
    if found.after is None:
        return ""
    more: dict[str, Any] = {"sel": found.selection.encode(), "after": str(found.after)}
    if found.search:
        more["q"] = found.search
    return page.address("list", **more)


@require_safe
@journey_page
def journey(page: Page, row: int) -> HttpResponse:
    """One journey: its steps, waits, what came late, what became of it."""
    access.require_people(staff_of(page.request))
    return show(
        page, "journeys/journey.html", {"journey": queries.journey_detail(page.study, page.filters, row)}
    )
