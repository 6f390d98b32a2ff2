"""Build a funnel by picking steps in order."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from recorrido.journeys import access, queries
from recorrido.journeys.errors import BadSelection
from recorrido.journeys.queries import FunnelQuestion
from recorrido.web.allowed import staff_of
from recorrido.web.exports import csv_text_file
from recorrido.web.journeys.page import Page, journey_page, show, with_filters

WINDOWS = ("", "1h", "1d", "7d", "14d", "30d", "90d")
MOST_STEPS = 8


@require_safe
@journey_page
def funnel(page: Page) -> HttpResponse:
    question = FunnelQuestion.decode(page.request.META.get("QUERY_STRING", ""))
    found, refusal = _ask(page, question)
    if found and page.request.GET.get("format") == "csv":
        access.require_export(staff_of(page.request))
        return csv_text_file("funnel", queries.funnel_as_csv(found))
    context = {
        "funnel": found,
        "refusal": refusal,
        "question": question,
        "windows": WINDOWS if question.within in WINDOWS else (*WINDOWS, question.within),
        "places": _places(question),
    }
    return show(page, "journeys/funnel.html", context | with_filters(page))


def _ask(page: Page, question: FunnelQuestion) -> tuple[queries.Funnel | None, str]:
    """The funnel, or why there is none: a reader in the middle of picking steps has made no mistake."""
    if not question.steps:
        return None, ""
    try:
        return queries.funnel(page.study, page.filters, question, link=page.list_link), ""
    except BadSelection as error:
        return None, str(error)


def _places(question: FunnelQuestion) -> list[str]:
    """The chosen steps and one empty place for the next; two at least."""
    empty = max(1, 2 - len(question.steps)) if len(question.steps) < MOST_STEPS else 0
    return [*question.steps, *[""] * empty]
