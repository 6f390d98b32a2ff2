"""Two sets of journeys side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from recorrido.journeys import access, queries
from recorrido.journeys.queries import COMPARED, Comparison, Filters, Sides
from recorrido.journeys.queries.comparisons import ComparedRow
from recorrido.web.allowed import staff_of
from recorrido.web.exports import csv_text_file
from recorrido.web.journeys.page import Page, journey_page, show

SHOWN_FLOWS = 40


@dataclass(frozen=True)
class Form:
    """One of the two filter forms. ``places``: what was chosen and an empty place for the next."""

    side: str
    name: str
    filters: Filters
    has_places: tuple[str, ...]
    lacks_places: tuple[str, ...]
    narrowed: bool


@require_safe
@journey_page
def compare(page: Page) -> HttpResponse:
    sides = Sides.decode(page.request.META.get("QUERY_STRING", "")) or _before_and_now(page)
    mode = page.request.GET.get("colour", "")
    mode = mode if mode in COMPARED else COMPARED[0]
    link = page.address("list", filters=sides.b) + "&sel={selection}"
    found = queries.compare(page.study, sides, mode=mode, names=("A", "B"), link=link)
    if page.request.GET.get("format") == "csv":
        access.require_export(staff_of(page.request))
        return csv_text_file("comparison", queries.comparison_as_csv(found))
    context = {
        "found": found,
        "flows": _telling(found),
        "forms": (_form("a", sides.a), _form("b", sides.b)),
        "modes": COMPARED,
        "mode": mode,
        "choices": queries.filter_choices(page.study),
        "swapped": _address(page, Sides(sides.b, sides.a), mode),
        "csv": _address(page, sides, mode) + "&format=csv",
        "by_mode": [(one, _address(page, sides, one)) for one in COMPARED],
    }
    return show(page, "journeys/compare.html", context)


def _before_and_now(page: Page) -> Sides:
    """Without a word: the period before beside this one; where there is no period, everything beside everything."""
    return Sides(page.filters.previous or page.filters, page.filters)


def _form(side: str, filters: Filters) -> Form:
    narrowed = bool(filters.segments or filters.steps or filters.lacks or filters.where)
    return Form(side, side.upper(), filters, (*filters.steps, ""), (*filters.lacks, ""), narrowed)


def _address(page: Page, sides: Sides, mode: str) -> str:
    more: list[tuple[str, Any]] = [("colour", mode)] if mode != COMPARED[0] else []
    return f"{page.request.path}?{urlencode([*page.pinned, *sides.pairs(), *more])}"


def _telling(found: Comparison) -> list[ComparedRow]:
    """The flows worth a line: those that differ first, then the most travelled."""
    rows = sorted(found.flows, key=lambda row: (not _differs(row), -row.a.best - row.b.best))
    return rows[:SHOWN_FLOWS]


def _differs(row: ComparedRow) -> bool:
    return row.share.significant or bool(row.seconds and row.seconds.significant)
