"""Who orders again, by the period of the first order."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from recorrido.journeys import access, queries
from recorrido.journeys.errors import BadSelection
from recorrido.journeys.queries import CohortsQuestion
from recorrido.journeys.queries.cohorts import PERIODS
from recorrido.web.allowed import staff_of
from recorrido.web.exports import csv_text_file
from recorrido.web.journeys.curves import retention_curve, words_of_curve
from recorrido.web.journeys.page import Page, journey_page, show, with_filters


@require_safe
@journey_page
def cohorts(page: Page) -> HttpResponse:
    question = CohortsQuestion.decode(page.request.META.get("QUERY_STRING", ""))
    found, refusal = _ask(page, question)
    if found and page.request.GET.get("format") == "csv":
        access.require_export(staff_of(page.request))
        return csv_text_file("cohorts", queries.cohorts_as_csv(found))
    curve = f"{page.address('cohorts-curve')}&{page.request.META.get('QUERY_STRING', '')}"
    context = {
        "found": found,
        "refusal": refusal,
        "question": question,
        "periods": PERIODS[question.by],
        "columns": range(max((len(one.cells) for one in found.cohorts), default=0) if found else 0),
        "curve": curve,
        "curve_words": words_of_curve(found) if found else "",
    }
    return show(page, "journeys/cohorts.html", context | with_filters(page))


def _ask(page: Page, question: CohortsQuestion) -> tuple[queries.Cohorts | None, str]:
    try:
        return queries.cohorts(page.study, page.filters, question), ""
    except BadSelection as error:
        return None, str(error)


@require_safe
@journey_page
def curve(page: Page) -> HttpResponse:
    """The curve of all cohorts together, as a picture."""
    question = CohortsQuestion.decode(page.request.META.get("QUERY_STRING", ""))
    found = queries.cohorts(page.study, page.filters, question)
    response = HttpResponse(
        retention_curve(found, dark=page.request.GET.get("theme") == "dark"), content_type="image/svg+xml"
    )
    response["Cache-Control"] = "private, max-age=3600"
    return response
