"""The distinct sequences of steps that journeys take."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from recorrido.journeys import access, queries
from recorrido.web.allowed import staff_of
from recorrido.web.exports import csv_text_file
from recorrido.web.journeys.page import Page, journey_page, show, with_filters

TOPS = (10, 30, 100)


@require_safe
@journey_page
def variants(page: Page) -> HttpResponse:
    found = queries.variants(
        page.study, page.filters, top=_top(page.request.GET.get("top", "")), link=page.list_link
    )
    if page.request.GET.get("format") == "csv":
        access.require_export(staff_of(page.request))
        return csv_text_file("variants", queries.variants_as_csv(found))
    words = page.request.GET.get("q", "").strip()
    rows = [row for row in found.variants if words.casefold() in " ".join(row.labels).casefold()]
    context = {"found": found, "rows": rows, "words": words, "tops": TOPS}
    return show(page, "journeys/variants.html", context | with_filters(page))


def _top(text: str) -> int:
    return int(text) if text.isdigit() and int(text) in TOPS else TOPS[0]
