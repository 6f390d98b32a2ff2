"""The journey map of a page: figures, pain, the regular path, and the picture."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from recorrido.journeys.errors import JourneysError
from recorrido.journeys.queries.answers import kept
from recorrido.journeys.queries.choices import default_filters
from recorrido.journeys.queries.counting import RegularShare, regular_share, weight_of
from recorrido.journeys.queries.figures import Figure
from recorrido.journeys.queries.filters import Filters
from recorrido.journeys.queries.hurts import Hurt, where_it_hurts
from recorrido.journeys.queries.notes import notes_on
from recorrido.journeys.queries.picture import design_of
from recorrido.journeys.queries.selections import Selection, all_journeys, at_flow, at_step, select
from recorrido.journeys.queries.study import Study, journey_types, open_study
from trayecto import draw
from trayecto.draw import words

FREQUENCY, TIME, DROPOFF = "frequency", "time", "dropoff"
MODES = (FREQUENCY, TIME, DROPOFF)
TRUNK_SHARE = 0.25  # a flow is drawn as trunk when this share of the regular journeys takes it


@dataclass(frozen=True)
class Links:
    """Where clicks on the picture lead: addresses with ``{step}``, ``{source}`` and ``{target}`` in them (already
    quoted for URLs); "" = no link."""

    step: str = ""
    flow: str = ""


@dataclass(frozen=True)
class MapStep:
    """One step of the map."""

    step: str
    label: str
    owner: str
    events: int
    journeys: Figure
    starts: Figure
    ends: Figure
    hurt: Hurt | None


@dataclass(frozen=True)
class MapFlow:
    """One flow of the map; seconds between its two steps."""

    source: str
    target: str
    source_label: str
    target_label: str
    events: int
    journeys: Figure
    mean: float
    median: float
    p90: float


@dataclass(frozen=True)
class JourneyMap:
    """A map and all its figures. ``empty``: no journey meets the filters, there is nothing to draw."""

    filters: Filters
    title: str
    subtitle: str
    mode: str
    journeys: Figure
    events: int
    regular: RegularShare
    regular_before: RegularShare | None
    target: float
    steps: tuple[MapStep, ...]
    flows: tuple[MapFlow, ...]
    unmatched: tuple[tuple[str, str, int], ...]  # (type, channel, events) that no touchpoint names
    svg: str

    @property
    def empty(self) -> bool:
        return self.journeys.count == 0


@kept
def journey_map(
    study: Study, filters: Filters, *, mode: str = FREQUENCY, links: Links | None = None
) -> JourneyMap:
    """The map of the journeys that meet the filters, its picture with pain colours and links on every step and flow.

    Raises BadSelection for filters that cannot be read.
    """
    view = select(study, filters, all_journeys())
    result = view.map()
    steps, flows = map_figures(study, filters)
    hurts = {hurt.step: hurt for hurt in where_it_hurts(study, filters).steps}
    before = filters.previous
    shares = regular_share(study, filters), regular_share(study, before) if before else None
    journeys = Figure(view.journey_count, all_journeys(), weight_of(view))
    title, subtitle = _title(study), _subtitle(study, journeys, *shares)
    return JourneyMap(
        filters=filters,
        title=title,
        subtitle=subtitle,
        mode=mode,
        journeys=journeys,
        events=result.events,
        regular=shares[0],
        regular_before=shares[1],
        target=study.blueprint.target,
        steps=tuple(replace(row, hurt=hurts.get(row.step)) for row in steps),
        flows=flows,
        unmatched=tuple((u["type"], u["channel"], u["events"]) for u in study.build.unmatched),
        svg=_draw(study, filters, result, hurts, mode, links or Links(), subtitle),
    )


@kept
def map_figures(study: Study, filters: Filters) -> tuple[tuple[MapStep, ...], tuple[MapFlow, ...]]:
    """Steps and flows of the journeys that meet the filters, without pain, the most frequent first."""
    result = select(study, filters, all_journeys()).map()
    return tuple(_step(study, row) for row in result.steps), tuple(_flow(study, row) for row in result.flows)


def no_flow(study: Study, source: str, target: str) -> MapFlow:
    """A flow that no journey takes."""
    nobody = Figure(0, at_flow(source, target), 0.0 if study.log.has_weights else None)
    return MapFlow(source, target, study.label(source), study.label(target), 0, nobody, 0.0, 0.0, 0.0)


def _title(study: Study) -> str:
    language = get_language() or "es"
    return f"{study.journey_type.label.text(language)} · {study.blueprint.title.text(language)}"


def _subtitle(study: Study, journeys: Figure, now: RegularShare, before: RegularShare | None) -> str:
    language = get_language() or "es"
    parts = [_("%(count)s journeys") % {"count": words.number(journeys.best, language)}]
    if journeys.weighted is not None:
        parts = [_("≈ %(weighted)s journeys (weighted; %(rows)s rows)") % {
            "weighted": words.number(journeys.weighted, language), "rows": words.number(journeys.count, language)
        }]  # fmt: skip
    if now.share is not None:
        facts = {
            "share": words.share(now.share, language),
            "target": words.share(study.blueprint.target, language),
        }
        parts.append(_("%(share)s on the regular path (target %(target)s)") % facts)
    if before is not None and before.share is not None:
        parts.append(_("previous period %(share)s") % {"share": words.share(before.share, language)})
    return " · ".join(parts)


def _step(study: Study, row: Any) -> MapStep:
    return MapStep(
        step=row.step,
        label=study.label(row.step),
        owner=study.owner_label(row.step),
        events=row.events,
        journeys=Figure(row.journeys, at_step(row.step), row.weighted_journeys),
        starts=Figure(row.starts, Selection("start", (row.step,)), row.weighted_starts),
        ends=Figure(row.ends, Selection("end", (row.step,)), row.weighted_ends),
        hurt=None,
    )


def _flow(study: Study, row: Any) -> MapFlow:
    return MapFlow(
        source=row.source,
        target=row.target,
        source_label=study.label(row.source),
        target_label=study.label(row.target),
        events=row.events,
        journeys=Figure(row.journeys, at_flow(row.source, row.target), row.weighted_journeys),
        mean=row.seconds.mean,
        median=row.seconds.median,
        p90=row.seconds.p90,
    )


def _draw(
    study: Study,
    filters: Filters,
    result: Any,
    hurts: dict[str, Hurt],
    mode: str,
    links: Links,
    subtitle: str,
) -> str:
    if not result.journeys:
        return ""
    language = get_language() or "es"
    weighted = result.weighted_journeys is not None
    picture = draw.journey_map(
        result,
        design=design_of(study.blueprint, language, study.steps, study.off_path),
        mode=mode,
        pains={step: hurt.score for step, hurt in hurts.items()},
        regular=trunk(study, filters.on_all_paths),
        lost={step: hurt.lost.best for step, hurt in hurts.items()},
        notes=notes_on(study, hurts.values()),
        title=_title(study),
        subtitle=subtitle,
        pain_means=_("colour = importance × (lost + late) ÷ journeys"),
        step_href=(lambda step: links.step.replace("{step}", step)) if links.step else None,
        flow_href=(lambda a, b: links.flow.replace("{source}", a).replace("{target}", b))
        if links.flow
        else None,
        lang=language,
        standalone=False,
        weighted=weighted,
    )
    return str(picture.text)


@kept
def trunk(study: Study, filters: Filters) -> frozenset[tuple[str, str]]:
    """The flows that make the regular path: those a quarter or more of the regular journeys take."""
    view = select(study, filters, Selection("regular"))
    if not view.journey_count:
        return frozenset()
    flows = view.map(percentiles=False).flows
    least = TRUNK_SHARE * view.journey_count
    return frozenset((f.source, f.target) for f in flows if f.journeys >= least and f.source != f.target)


def warm_up() -> None:
    """Answer the first page of every journey type once, so that no reader waits while kernels and logs are loaded.

    For a web process that has just started; what is not ready yet is passed over.
    """
    try:
        slugs = [state.journey_type.slug for state in journey_types() if state.ready]
    except JourneysError:
        return
    for slug in slugs:
        with suppress(JourneysError):
            study = open_study(slug)
            journey_map(study, default_filters(study))
