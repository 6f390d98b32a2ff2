"""The journey map, and the panels behind its steps and flows."""

from __future__ import annotations

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from recorrido.journeys import access, queries
from recorrido.journeys.queries import Links, Selection
from recorrido.journeys.watch.queries import open_by_subject
from recorrido.web import charts
from recorrido.web.allowed import staff_of
from recorrido.web.exports import csv_text_file
from recorrido.web.incidents.marks import marked
from recorrido.web.journeys.page import Page, journey_page, show, with_filters

SHOWN_HURTS = 3
PERIODS = 6  # bars of the trend


@require_safe
@journey_page
def journey_map(page: Page) -> HttpResponse:
    """The map of the journeys that meet the filters, and in three lines where it hurts."""
    mode = page.request.GET.get("mode", "")
    found = queries.journey_map(
        page.study,
        page.filters,
        mode=mode if mode in queries.MODES else queries.MODES[0],
        links=_links(page),
    )
    if page.request.GET.get("format") == "csv":
        access.require_export(staff_of(page.request))
        return csv_text_file("journey-map", queries.map_as_csv(found))
    hurts = queries.where_it_hurts(page.study, page.filters)
    incidents = open_by_subject()
    context = {
        "map": found,
        "svg": marked(found.svg, incidents),
        "incidents": incidents.values(),
        "worst": [hurt for hurt in hurts.steps if not hurt.few and hurt.hurt.count][:SHOWN_HURTS],
        "currency": hurts.currency,
        "sentence": queries.sentence_on(page.study, page.filters),
        "outcomes": _outcomes(page),
        "modes": queries.MODES,
        "paths": queries.PATHS,
        "trend": page.address("trend") if page.filters.previous else "",
        "live_address": page.live_address,
        "trend_words": charts.words_of(_bars(page)),
    }
    return show(page, "journeys/map.html", context | with_filters(page))


def _outcomes(page: Page) -> dict[str, queries.Figure]:
    return {
        kind: queries.count(page.study, page.filters, Selection(kind)) for kind in ("reached", "open", "lost")
    }


def _links(page: Page) -> Links:
    """Addresses of the panels, with the places that the picture fills in."""
    query = page.address("map").partition("?")[2]
    step = reverse("journeys:step", args=["STEP"]).replace("STEP", "{step}")
    flow = reverse("journeys:flow", args=["SOURCE", "TARGET"])
    flow = flow.replace("SOURCE", "{source}").replace("TARGET", "{target}")
    return Links(step=f"{step}?{query}", flow=f"{flow}?{query}")


@require_safe
@journey_page
def step(page: Page, step: str) -> HttpResponse:
    """One step: its figures, its owner, what leads to it and what follows."""
    return show(page, "journeys/step.html", {"step": queries.step_figures(page.study, page.filters, step)})


@require_safe
@journey_page
def flow(page: Page, source: str, target: str) -> HttpResponse:
    """One flow: its figures, who owns the wait."""
    found = queries.flow_figures(page.study, page.filters, source, target)
    return show(page, "journeys/flow.html", {"flow": found})


@require_safe
@journey_page
def trend(page: Page) -> HttpResponse:
    """The share of the regular path in this period and those before it, as a picture."""
    dark = page.request.GET.get("theme") == "dark"
    svg = charts.shares_by_period(_bars(page), target=page.study.blueprint.target, dark=dark)
    response = HttpResponse(svg, content_type="image/svg+xml")
    response["Cache-Control"] = "private, max-age=3600"
    return response


def _bars(page: Page) -> list[charts.Bar]:
    """The shares of this period and of the equal ones before it, the oldest first, as far back as there are any."""
    shares: list[queries.RegularShare] = []
    filters = page.filters if page.filters.previous else None
    while filters is not None and len(shares) < PERIODS:
        shares.append(queries.regular_share(page.study, filters))
        filters = filters.previous
    return [charts.Bar(share.filters.start, share.filters.end, share.share) for share in reversed(shares)]
