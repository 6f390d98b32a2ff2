"""What every journey page begins with: the study, the filters, and addresses that keep both."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import lru_cache, wraps
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from recorrido.company.access import Permission, may
from recorrido.journeys import access, queries
from recorrido.journeys.errors import (
    BadSelection,
    JourneyNotFound,
    JourneysError,
    LogDamaged,
    LogVersionGone,
    NoBlueprint,
    NoLog,
    UnknownJourneyType,
)
from recorrido.journeys.queries import Figure, Filters, Selection, Study
from recorrido.web.allowed import staff_of
from recorrido.web.navigation import Link, links_for

LIVE = "live"  # the field of an address whose page shows newer figures by itself
STATUS = {BadSelection: 400, JourneyNotFound: 404, UnknownJourneyType: 404, LogVersionGone: 410}
UNREADY = (NoBlueprint, NoLog, LogDamaged)


@dataclass(frozen=True)
class Page:
    """A reader's study and filters. Every address made here pins the log version, so that a click agrees."""

    request: HttpRequest
    study: Study
    filters: Filters

    @property
    def pinned(self) -> list[tuple[str, str]]:
        return _pinned(self.study.journey_type.slug, self.study.version)

    def address(self, route: str, *args: Any, filters: Filters | None = None, **more: str) -> str:
        """The address of a journey page with this study, these filters and ``more`` fields."""
        query = _encoded(self.study.journey_type.slug, self.study.version, filters or self.filters)
        rest = f"&{urlencode(more)}" if more else ""
        return f"{reverse(f'journeys:{route}', args=args)}?{query}{rest}"

    def behind(self, figure: Figure, filters: Filters | None = None) -> str:
        """The address of the journeys that a figure counted."""
        return self.behind_selection(figure.selection, filters)

    def behind_selection(self, selection: Selection, filters: Filters | None = None) -> str:
        return self.address("list", filters=filters, sel=selection.encode())

    @property
    def list_link(self) -> str:
        """The address of the list behind any selection, with ``{selection}`` for the picture to fill in."""
        return f"{self.address('list')}&sel={{selection}}"

    @property
    def pending(self) -> queries.Pending | None:
        """What these figures do not show yet, and will once the journeys are built anew."""
        return queries.pending_reading(self.study)

    @property
    def newest_address(self) -> str:
        """The same page on the newest log."""
        fields = self.request.GET.copy()
        fields["log"] = self.study.newest
        return f"{self.request.path}?{fields.urlencode()}"

    @property
    def live(self) -> bool:
        """Whether the page shows newer figures by itself, as soon as there are any."""
        return LIVE in self.request.GET

    @property
    def version_query(self) -> str:
        """What this page asks every second: is there a newer version than mine?"""
        return urlencode([*self.pinned, *([(LIVE, "1")] if self.live else [])])

    @property
    def live_address(self) -> str:
        """The same page with its live switch turned. Nothing new comes into a period that ends: it stays open, and one
        that is over gives way to the last thirty days."""
        filters, today = self.filters, self.study.as_of.date()
        if filters.end is not None and not self.live:
            start = filters.start if filters.end >= today else today - timedelta(days=29)
            filters = replace(filters, start=start, end=None)
        others = [(name, value) for name, value in kept_fields(self) if name != LIVE]
        turned = [] if self.live else [(LIVE, "1")]
        return f"{self.request.path}?{urlencode([*self.pinned, *filters.pairs(), *others, *turned])}"

    @property
    def csv_address(self) -> str:
        """This list as a file: whole, whatever its page or search."""
        return f"{self.request.path}?{urlencode([*self.other_fields, ('format', 'csv')])}"

    @property
    def other_fields(self) -> list[tuple[str, str]]:
        """The fields of the address that a search must hand on."""
        return [(name, value) for name, value in fields_of(self.request) if name not in PASSING]


def _pinned(journey_type: str, version: str) -> list[tuple[str, str]]:
    return [("type", journey_type), ("log", version)]


@lru_cache(maxsize=256)
def _encoded(journey_type: str, version: str, filters: Filters) -> str:
    """What every address of a page begins with: a map with its tables has some thousands of them."""
    return urlencode([*_pinned(journey_type, version), *filters.pairs()])


JourneyView = Callable[..., HttpResponseBase]


def journey_page(view: JourneyView) -> JourneyView:
    """Open the study and the filters of a request for ``view(page, …)``; turn what journeys refuse into a page.

    A bare address, and what a form sends with fields left empty, is sent on to the address that says just what is
    asked, with its log version: every page can be shared as it is.
    """

    @wraps(view)
    def opened(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            page = _open(request)
            if "log" not in request.GET or _has_empty_fields(request):
                return redirect(_shareable(page))
            return view(page, *args, **kwargs)
        except JourneysError as error:
            return refused(request, error)

    return opened


def _open(request: HttpRequest) -> Page:
    study = access.study_for(staff_of(request), request.GET.get("type", ""), request.GET.get("log", ""))
    query = request.META.get("QUERY_STRING", "")
    filters = Filters.decode(query)
    if "log" not in request.GET and filters == Filters():
        filters = queries.default_filters(study)
    filters.resolve(study)  # a filter that cannot be read is refused before anything is drawn
    return Page(request, study, filters)


def _has_empty_fields(request: HttpRequest) -> bool:
    return any(not value for _name, values in request.GET.lists() for value in values)


def _shareable(page: Page) -> str:
    others = [(name, value) for name, value in fields_of(page.request) if not _is_filter(name)]
    pairs = [*page.pinned, *page.filters.pairs(), *others]
    return f"{page.request.path}?{urlencode(pairs)}"


FILTERS = ("type", "log", "from", "to", "channel", "path", "where", "has", "lacks")
PASSING = ("format", "after", "q")  # fields of one answer, never handed on by the filter bar


def _is_filter(name: str) -> bool:
    return name in FILTERS or name.startswith("s.")


def fields_of(request: HttpRequest) -> list[tuple[str, str]]:
    """Every field of the address that says something, in its order; names may repeat."""
    return [(name, value) for name, values in request.GET.lists() for value in values if value]


def kept_fields(page: Page) -> list[tuple[str, str]]:
    """The fields that the filter bar must hand on: mode, funnel steps, selection."""
    fields = fields_of(page.request)
    return [(name, value) for name, value in fields if not _is_filter(name) and name not in PASSING]


def show(page: Page, template: str, context: dict[str, Any]) -> HttpResponse:
    """Render a page of journeys: whole, or for htmx its content alone."""
    shared = {
        "page": page,
        "study": page.study,
        "filters": page.filters,
        "base": "journeys/_content.html" if page.request.htmx else "base.html",  # type: ignore[attr-defined]
        "types": queries.journey_types(),
        "may_export": access.may_export(staff_of(page.request)),
        "nav_links": _nav_links(page),
    }
    # Moments are shown where the journeys happened, as the filters and the files say them.
    with timezone.override(page.study.blueprint.time_zone):
        return render(page.request, template, shared | context)


def _nav_links(page: Page) -> list[Link]:
    """The top bar's places; those of journeys keep the study and the filters."""
    links = links_for(staff_of(page.request), page.request.path)
    query = urlencode([*page.pinned, *page.filters.pairs()])
    ours = reverse("journeys:map")
    return [replace(link, url=f"{link.url}?{query}") if link.url.startswith(ours) else link for link in links]


def with_filters(page: Page) -> dict[str, Any]:
    """What the filter bar needs."""
    filters = page.filters
    return {
        "choices": queries.filter_choices(page.study),
        "kept_fields": kept_fields(page),
        "has_places": [*filters.steps, ""],
        "lacks_places": [*filters.lacks, ""],
        "narrowed": len(filters.segments) + len(filters.steps) + len(filters.lacks) + bool(filters.where),
    }


def refused(request: HttpRequest, error: JourneysError) -> HttpResponse:
    """The page that says what is wrong and what to do next."""
    unready = isinstance(error, UNREADY)
    status = 200 if unready else STATUS.get(type(error), 400)
    context = {
        "error": error,
        "unready": unready,
        "may_upload": may(staff_of(request), Permission.IMPORT_EVENTS),
        "newest": _newest_of(request, error),
        "base": "journeys/_content.html" if getattr(request, "htmx", False) else "base.html",
    }
    return render(request, "journeys/refused.html", context, status=status)


def _newest_of(request: HttpRequest, error: JourneysError) -> str:
    if not isinstance(error, LogVersionGone):
        return ""
    fields = request.GET.copy()
    fields["log"] = error.newest
    fields.pop("after", None)
    return f"{request.path}?{fields.urlencode()}"
