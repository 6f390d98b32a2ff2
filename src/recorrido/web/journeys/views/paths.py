"""What journeys do before and after a step."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from recorrido.journeys import access, queries
from recorrido.journeys.errors import BadSelection
from recorrido.journeys.queries import PathsQuestion
from recorrido.journeys.queries.paths import DEPTHS, TOPS
from recorrido.web.allowed import staff_of
from recorrido.web.exports import csv_text_file
from recorrido.web.journeys.page import Page, journey_page, show, with_filters

WINDOWS = ("", "1h", "1d", "7d", "14d", "30d")


@require_safe
@journey_page
def paths(page: Page) -> HttpResponse:
    question = PathsQuestion.decode(page.request.META.get("QUERY_STRING", ""))
    found, refusal = _ask(page, question)
    if found and page.request.GET.get("format") == "csv":
        access.require_export(staff_of(page.request))
        return csv_text_file("paths", queries.paths_as_csv(found))
    context = {
        "paths_found": found,
        "refusal": refusal,
        "question": question,
        "depths": DEPTHS,
        "tops": TOPS,
        "windows": WINDOWS if question.within in WINDOWS else (*WINDOWS, question.within),
    }
    return show(page, "journeys/paths.html", context | with_filters(page))


def _ask(page: Page, question: PathsQuestion) -> tuple[queries.Paths | None, str]:
    """The paths, or why there are none; without a step those around the goal, so that there is something to see."""
    if not question.around:
        goal = page.study.goal
        if not goal:
            return None, ""
        question = PathsQuestion(goal[0])
    try:
        return queries.paths(page.study, page.filters, question, link=page.list_link), ""
    except BadSelection as error:
        return None, str(error)
