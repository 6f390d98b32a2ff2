"""Journey types, the journeys behind a figure, one journey with its steps: in the words of the pages' addresses."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as tr
from django.utils.translation import gettext_noop as _
from ninja import Query, Schema
from pydantic import BeforeValidator, Field

from recorrido.api.read.answers import answer, plain, unchanged, utc
from recorrido.api.read.cursors import JOURNEYS
from recorrido.api.read.problems import Problem
from recorrido.api.read.service import operation, router
from recorrido.api.read.shapes import shape_of
from recorrido.company.models import Scope
from recorrido.journeys import queries
from recorrido.journeys.errors import BadSelection, LogVersionGone
from recorrido.journeys.models import JourneyBuild
from recorrido.journeys.queries import Filters, JourneyDetail, JourneyRow, Selection, Study

journeys = router("journeys")
FIGURES = (Scope.READ_JOURNEYS.value,)
ROWS = (Scope.READ_JOURNEYS.value, Scope.READ_PERSONS.value)  # as on the pages: a row leads to a person
SEGMENTS = "s."


def _day(value: Any) -> Any:
    """2026-10-31 and nothing else: pydantic alone would take a number for seconds since 1970."""
    if not isinstance(value, str) or not value:
        raise ValueError(tr("write a day, like 2026-10-31"))
    try:
        return date.fromisoformat(value) if len(value) == 10 else _day(None)
    except ValueError:
        raise ValueError(tr("write a day, like 2026-10-31")) from None


Day = Annotated[date, BeforeValidator(_day)]
Step = Annotated[str, Field(max_length=120)]


class StudyAsked(Schema):
    """Which journeys at which version, and the filters of the pages. Segments are parameters of their own: s.region=RM."""

    type: Annotated[
        str, Field(max_length=100, description=_("The journey type; the blueprint's default without it."))
    ] = ""
    log: Annotated[
        str,
        Field(
            max_length=64,
            description=_("A log version; the newest without it. Pin it so that answers agree."),
        ),
    ] = ""
    start: Annotated[
        Day | None, Field(alias="from", description=_("Journeys that began on this day or later."))
    ] = None
    end: Annotated[
        Day | None, Field(alias="to", description=_("Journeys that began on this day or earlier."))
    ] = None
    channel: Annotated[str, Field(max_length=32, description=_("Journeys that touched this channel."))] = ""
    path: Annotated[
        Literal["all", "regular", "exceptions"],
        Field(description=_("All journeys, or those on or off the regular path.")),
    ] = "all"
    where: Annotated[str, Field(max_length=1_000, json_schema_extra={"include_in_schema": False})] = ""
    has: Annotated[list[Step], Field(max_length=20, description=_("Journeys with all of these steps."))] = []
    lacks: Annotated[
        list[Step], Field(max_length=20, description=_("Journeys with none of these steps."))
    ] = []


class LogShape(Schema):
    """Which log was asked. ``newest``: the version a question without ``log`` would be asked of."""

    journey_type: str
    version: str
    newest: str
    as_of: str


@dataclass(frozen=True)
class Asked:
    """An open study and the filters of a request."""

    study: Study
    filters: Filters

    def beside(self, told: dict[str, Any]) -> dict[str, Any]:
        """The answer beside what it was asked of."""
        study = self.study
        log = {
            "journey_type": study.journey_type.slug,
            "version": study.version,
            "newest": study.newest,
            "as_of": utc(study.as_of),
        }
        return {"log": log, "filters": plain(self.filters), **told}


def opened(request: HttpRequest, asked: StudyAsked, *, version: str = "") -> Asked:
    """Raises what ``queries.open_study`` raises, and Problem for filters that cannot be read or met."""
    if asked.start and asked.end and asked.end < asked.start:
        why = tr("The period ends before it starts: choose a later end.")
        raise Problem(409, "values_contradict", why, errors=[{"in": "query", "name": "to", "detail": why}])
    with named_in(asked):
        study = _study(asked.type, asked.log or version)
        filters = Filters.decode(request.META.get("QUERY_STRING", ""))
        filters.resolve(study)
    return Asked(study, filters)


@contextmanager
def named_in(asked: StudyAsked) -> Iterator[None]:
    """A step, a segment or a selection that is not there is not found; an expression may also be badly written."""
    try:
        yield
    except BadSelection as error:
        raise Problem(422 if asked.where else 404, error.code, str(error)) from error


def _study(journey_type: str, version: str) -> Study:
    """A version that was never built is not found; one that was removed is gone."""
    try:
        return queries.open_study(journey_type, version)
    except LogVersionGone as error:
        kind = journey_type or queries.blueprint_in_force()[1].default_journey
        if JourneyBuild.objects.of_log(kind, version) is not None:
            raise
        why = tr("There is no log version “%(version)s”; the newest is %(newest)s.")
        words = {"version": version, "newest": error.newest}
        raise Problem(404, "unknown_log_version", why % words, newest=error.newest) from error


class JourneyTypeShape(Schema):
    slug: str
    label: str
    ready: bool
    log: str | None
    as_of: str | None
    journeys: int | None
    events: int | None


class JourneyTypesPage(Schema):
    items: list[JourneyTypeShape]


@operation(
    journeys, "GET", "/journey-types", scopes=FIGURES, shape=JourneyTypesPage, found_by_name=True,
    summary=_("The journey types of the blueprint, and their newest logs"),
)  # fmt: skip
def journey_types(request: HttpRequest) -> HttpResponse:
    language = get_language() or "es"
    items = [
        {
            "slug": state.journey_type.slug,
            "label": state.journey_type.label.text(language),
            "ready": state.ready,
            "log": state.newest.log_version if state.newest else None,
            "as_of": utc(state.newest.as_of) if state.newest and state.newest.as_of else None,
            "journeys": state.newest.journeys if state.newest else None,
            "events": state.newest.events_used if state.newest else None,
        }
        for state in queries.journey_types()
    ]
    return answer(request, {"items": items})


class ListAsked(StudyAsked):
    sel: Annotated[
        str, Field(max_length=1_000, description=_("The selection of a figure; all journeys without it."))
    ] = ""
    q: Annotated[str, Field(max_length=200, description=_("Part of a journey's id, or a person's id."))] = ""
    after: JOURNEYS.parameter() = ""  # type: ignore[valid-type]
    limit: Annotated[int, Field(ge=1, le=500, description=_("How many at most."))] = 50


class JourneysPage(Schema):
    """``total``: all journeys of the selection; ``found``: those that match the search."""

    log: LogShape
    filters: list[list[str]]
    selection: str
    total: int
    found: int
    items: list[shape_of(JourneyRow)]  # type: ignore[valid-type]
    next: str | None


@operation(
    journeys, "GET", "/journeys", scopes=ROWS, shape=JourneysPage, found_by_name=True, free_prefix=SEGMENTS,
    summary=_("The journeys that meet the filters, or those behind one figure"),
)  # fmt: skip
def list_journeys(request: HttpRequest, asked: ListAsked = Query(...)) -> HttpResponse:
    row, version = JOURNEYS.read(asked.after) or (None, "")
    if version and asked.log not in ("", version):
        raise Problem(
            409, "values_contradict", tr("The cursor belongs to another log version. Begin again without it.")
        )
    here = opened(request, asked, version=version)
    with named_in(asked):
        selection = Selection.decode(asked.sel)
        found = queries.journeys_behind(
            here.study,
            here.filters,
            selection,
            search=asked.q,
            after=None if row is None else int(row),
            limit=asked.limit,
        )
    following = None if found.after is None else JOURNEYS.write(found.after, here.study.version)
    told = {
        "selection": selection.encode(),
        "total": found.total.count,
        "found": found.found,
        "items": [plain(one) for one in found.rows],
        "next": following,
    }
    return answer(request, here.beside(told))


class JourneyShape(Schema):
    log: LogShape
    filters: list[list[str]]
    journey: shape_of(JourneyDetail)  # type: ignore[valid-type]


@operation(
    journeys, "GET", "/journeys/{row}", scopes=ROWS, shape=JourneyShape, found_by_name=True, free_prefix=SEGMENTS,
    summary=_("One journey of a log version, step by step"),
)  # fmt: skip
def journey(
    request: HttpRequest, row: Annotated[int, Field(ge=0, le=2**53)], asked: StudyAsked = Query(...)
) -> HttpResponse:
    here = opened(request, asked)
    if same := unchanged(request, here.study.version):
        return same
    return answer(
        request, here.beside({"journey": plain(queries.journey_detail(here.study, here.filters, row))})
    )
