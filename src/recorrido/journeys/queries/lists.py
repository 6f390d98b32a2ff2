"""The journeys behind a figure, page by page, and one journey step by step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import get_language
from django.utils.translation import gettext as _

import trayecto
from recorrido.journeys.errors import JourneyNotFound
from recorrido.journeys.queries.counting import weight_of
from recorrido.journeys.queries.figures import Figure
from recorrido.journeys.queries.filters import Filters
from recorrido.journeys.queries.lateness import late_steps_of
from recorrido.journeys.queries.outcomes import LOST, OPEN, REACHED, outcome_of
from recorrido.journeys.queries.selections import Selection, select
from recorrido.journeys.queries.sheets import csv_text
from recorrido.journeys.queries.study import Study

PAGE = 50
CSV_ROWS = 100_000  # rows turned into Python objects at a time


@dataclass(frozen=True)
class JourneyRow:
    """One journey of a list. ``row`` is its place in the log version: the key of ``journey_detail`` and of paging."""

    row: int
    journey: str
    person: int | None
    started: datetime
    ended: datetime
    events: int
    variant: int  # rank in the whole log, from 1
    weight: float | None
    attributes: Mapping[str, Any]


@dataclass(frozen=True)
class JourneyList:
    """A page of the journeys behind a selection. ``after`` continues the list (None: this was the last page)."""

    filters: Filters
    selection: Selection
    search: str
    total: Figure  # all rows of the selection, whatever the search
    found: int  # rows that match the search
    rows: tuple[JourneyRow, ...]
    after: int | None


def journeys_behind(
    study: Study,
    filters: Filters,
    selection: Selection,
    *,
    search: str = "",
    after: int | None = None,
    limit: int = PAGE,
) -> JourneyList:
    """The journeys a figure counted, in log order. ``search``: part of a journey's id, or a person's id.

    Raises BadSelection for a selection or filter that cannot be read.
    """
    whole = select(study, filters, selection)
    view = whole.where(_search(search)) if search.strip() else whole
    rows = [_row(study, row) for row in view.journeys(limit=limit + 1, after=after).to_pylist()]
    return JourneyList(
        filters=filters,
        selection=selection,
        search=search,
        total=Figure(whole.journey_count, selection, weight_of(whole)),
        found=view.journey_count,
        rows=tuple(rows[:limit]),
        after=rows[limit - 1].row if len(rows) > limit else None,
    )


def _search(text: str) -> Any:
    quoted = text.strip().replace("'", "''")
    return trayecto.attribute(f"contains(lower(journey), lower('{quoted}')) or person = '{quoted}'")


def _row(study: Study, row: Mapping[str, Any]) -> JourneyRow:
    zone = ZoneInfo(study.blueprint.time_zone)
    person = row.get("person")
    return JourneyRow(
        row=row["row"],
        journey=row["journey"],
        person=int(person) if person and person.isdigit() else None,
        started=row["started"].astimezone(zone),
        ended=row["ended"].astimezone(zone),
        events=row["events"],
        variant=row["variant"] + 1,
        weight=row.get("weight"),
        attributes={attribute.name: row[attribute.name] for attribute in study.journey_type.attributes},
    )


@dataclass(frozen=True)
class JourneyStep:
    """One step of a journey. ``wait`` are the seconds since the step before (None at the first)."""

    step: str
    label: str
    at: datetime
    date_only: bool
    wait: float | None
    channel: str
    source: str
    owner: str
    late: bool  # beyond its promise, or beyond the usual: counted as late on every page
    lost: bool  # the journey was lost after this, its last step
    off_path: bool  # the step leaves the regular path


@dataclass(frozen=True)
class JourneyDetail:
    """One journey: what it carries, what became of it (``reached``, ``open`` or ``lost``), its steps."""

    row: JourneyRow
    outcome: str
    outcome_label: str
    regular: bool
    steps: tuple[JourneyStep, ...]


def journey_detail(study: Study, filters: Filters, row: int) -> JourneyDetail:
    """The journey in a row of the log. ``filters`` give the period whose usual waits say what is late.

    ``row.person`` leads to the timeline (``events.queries.timeline_of_person``). Raises JourneyNotFound.
    """
    if not study.log.is_live(row):
        raise JourneyNotFound(_("There is no such journey in this log."))
    facts = study.log.attributes.slice(row, 1).to_pylist()[0] | {"row": row}
    outcome = outcome_of(study, row)
    return JourneyDetail(
        row=_row(study, facts),
        outcome=outcome,
        outcome_label={REACHED: _("goal reached"), OPEN: _("still open"), LOST: _("was lost")}[outcome],
        regular=bool(study.regular.mask(study.log)[row]),
        steps=tuple(_steps(study, filters, row, outcome)),
    )


def _steps(study: Study, filters: Filters, row: int, outcome: str) -> Iterator[JourneyStep]:
    zone = ZoneInfo(study.blueprint.time_zone)
    found = study.log.steps_of(row)
    columns = {name: study.log.values_of(row, name) for name in ("channel", "source")}
    late = late_steps_of(study, filters, row)
    for number, (step, at) in enumerate(found):
        yield JourneyStep(
            step=step,
            label=study.label(step),
            at=at.astimezone(zone),
            date_only=step in study.log.date_only_steps,
            wait=(at - found[number - 1][1]).total_seconds() if number else None,
            channel=columns["channel"][number] or "",
            source=columns["source"][number] or "",
            owner=study.owner_label(step),
            late=step in late,
            lost=outcome == LOST and number == len(found) - 1,
            off_path=step in study.off_path,
        )


def journeys_as_csv(study: Study, filters: Filters, selection: Selection) -> Iterator[str]:
    """The whole list behind a figure as CSV text, a header first, in pieces."""
    language = get_language() or "es"
    labels = [attribute.label.text(language) for attribute in study.journey_type.attributes]
    yield csv_text(
        [
            [
                _("journey"),
                _("person"),
                _("started"),
                _("ended"),
                _("steps"),
                _("variant"),
                _("weight"),
                *labels,
            ]
        ]
    )
    view, after = select(study, filters, selection), None
    while True:
        rows = [_row(study, row) for row in view.journeys(limit=CSV_ROWS, after=after).to_pylist()]
        if not rows:
            return
        yield csv_text([_cells(row) for row in rows])
        after = rows[-1].row


def _cells(row: JourneyRow) -> list[Any]:
    weight = "" if row.weight is None else row.weight
    moments = [row.started.isoformat(), row.ended.isoformat()]
    return [
        row.journey,
        row.person or "",
        *moments,
        row.events,
        row.variant,
        weight,
        *row.attributes.values(),
    ]
