"""The questions of the pages: the same answers, as data. Each names its log version and takes one."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_noop as _
from ninja import Query, Schema
from pydantic import Field, create_model

from recorrido.api.read.answers import answer, plain, unchanged
from recorrido.api.read.journeys import FIGURES, SEGMENTS, Asked, LogShape, Step, StudyAsked, named_in, opened
from recorrido.api.read.service import operation, router
from recorrido.api.read.shapes import FigureShape, shape_of
from recorrido.api.read.words import Flag
from recorrido.journeys import queries
from recorrido.journeys.queries import (
    FilterChoices,
    FlowFigures,
    Funnel,
    FunnelQuestion,
    JourneyMap,
    RegularShare,
    Selection,
    StepFigures,
    Variants,
    WhereItHurts,
)

questions = router("questions")
Shown = Annotated[int, Field(ge=1, le=1_000, description=_("How many of the most frequent."))]


def _answered(name: str, shape: Any) -> type[Schema]:
    members: dict[str, Any] = {
        "log": (LogShape, ...),
        "filters": (list[list[str]], ...),
        "answer": (shape, ...),
    }
    return create_model(f"{name}Answer", __base__=Schema, **members)


def _ask(path: str, name: str, shape: Any, summary: str) -> Any:
    return operation(
        questions,
        "GET",
        f"/questions/{path}",
        scopes=FIGURES,
        shape=_answered(name, shape),
        found_by_name=True,
        free_prefix=SEGMENTS,
        summary=summary,
    )


def _reply(request: HttpRequest, asked: StudyAsked, question: Any) -> HttpResponse:
    """Ask ``question(study, filters)``; a reader who has this answer of this log version gets 304 uncounted."""
    here: Asked = opened(request, asked)
    if same := unchanged(request, here.study.version):
        return same
    with named_in(asked):
        found = question(here.study, here.filters)
    return answer(request, here.beside({"answer": plain(found)}))


@_ask(
    "map",
    "Map",
    shape_of(JourneyMap),
    _("The journey map: steps, flows with their durations, where it hurts"),
)
def journey_map(request: HttpRequest, asked: StudyAsked = Query(...)) -> HttpResponse:
    return _reply(request, asked, queries.journey_map)


@_ask(
    "where-it-hurts",
    "Hurts",
    shape_of(WhereItHurts),
    _("Steps by their pain: lost, late, waits, value at stake"),
)
def where_it_hurts(request: HttpRequest, asked: StudyAsked = Query(...)) -> HttpResponse:
    return _reply(request, asked, queries.where_it_hurts)


class VariantsAsked(StudyAsked):
    top: Shown = 30


@_ask("variants", "Variants", shape_of(Variants), _("The most frequent sequences of steps"))
def variants(request: HttpRequest, asked: VariantsAsked = Query(...)) -> HttpResponse:
    return _reply(request, asked, lambda study, filters: queries.variants(study, filters, top=asked.top))


class FunnelAsked(StudyAsked):
    step: Annotated[list[Step], Field(min_length=1, max_length=20, description=_("The steps, in order."))]
    within: Annotated[
        str,
        Field(
            max_length=20,
            pattern="^([1-9][0-9]{0,3}[smhdw])?$",
            description=_("The window from the first step: 1h, 7d, 30d."),
        ),
    ] = ""
    strict: Annotated[Flag, Field(description=_("Each step directly after the one before."))] = False


@_ask(
    "funnel",
    "Funnel",
    shape_of(Funnel),
    _("How many journeys take chosen steps in order, and where they stop"),
)
def funnel(request: HttpRequest, asked: FunnelAsked = Query(...)) -> HttpResponse:
    question = FunnelQuestion(tuple(asked.step), asked.within, asked.strict)
    return _reply(request, asked, lambda study, filters: queries.funnel(study, filters, question))


class StepAsked(StudyAsked):
    step: Annotated[Step, Field(min_length=1, description=_("The step."))]


@_ask("step", "Step", shape_of(StepFigures), _("One step: its figures, what leads to it and what follows"))
def step(request: HttpRequest, asked: StepAsked = Query(...)) -> HttpResponse:
    return _reply(request, asked, lambda study, filters: queries.step_figures(study, filters, asked.step))


class FlowAsked(StudyAsked):
    source: Annotated[Step, Field(min_length=1, description=_("The step it comes from."))]
    target: Annotated[Step, Field(min_length=1, description=_("The step it goes to."))]


@_ask("flow", "Flow", shape_of(FlowFigures), _("One flow: how many, how long, who owns the wait"))
def flow(request: HttpRequest, asked: FlowAsked = Query(...)) -> HttpResponse:
    return _reply(
        request,
        asked,
        lambda study, filters: queries.flow_figures(study, filters, asked.source, asked.target),
    )


class CountAsked(StudyAsked):
    sel: Annotated[
        str, Field(max_length=1_000, description=_("The selection of a figure; all journeys without it."))
    ] = ""


@_ask(
    "count",
    "Count",
    FigureShape,
    _("How many journeys a selection holds: reached, lost, open, step:placed …"),
)
def count(request: HttpRequest, asked: CountAsked = Query(...)) -> HttpResponse:
    return _reply(
        request, asked, lambda study, filters: queries.count(study, filters, Selection.decode(asked.sel))
    )


@_ask("regular-share", "RegularShare", shape_of(RegularShare), _("Regular journeys and decided ones"))
def regular_share(request: HttpRequest, asked: StudyAsked = Query(...)) -> HttpResponse:
    return _reply(request, asked, queries.regular_share)


@_ask(
    "choices",
    "Choices",
    shape_of(FilterChoices),
    _("What can be filtered by: channels, segments, steps, periods"),
)
def choices(request: HttpRequest, asked: StudyAsked = Query(...)) -> HttpResponse:
    return _reply(request, asked, lambda study, _filters: queries.filter_choices(study))
