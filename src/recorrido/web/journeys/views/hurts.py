"""Where it hurts: the steps ranked by what goes wrong at them."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from recorrido.journeys import access, queries
from recorrido.web.allowed import staff_of
from recorrido.web.exports import csv_text_file
from recorrido.web.journeys.page import Page, journey_page, show, with_filters


@require_safe
@journey_page
def where_it_hurts(page: Page) -> HttpResponse:
    found = queries.where_it_hurts(page.study, page.filters)
    if page.request.GET.get("format") == "csv":
        access.require_export(staff_of(page.request))
        return csv_text_file("where-it-hurts", queries.hurts_as_csv(found))
    words = page.request.GET.get("q", "").strip()
    rows = [hurt for hurt in found.steps if words.casefold() in f"{hurt.label} {hurt.owner}".casefold()]
    context = {"hurts": found, "rows": rows, "words": words}
    return show(page, "journeys/where_it_hurts.html", context | with_filters(page))
