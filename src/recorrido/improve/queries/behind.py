"""The journeys behind a finding."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from recorrido.improve.models import DisputedJourney, Finding, FindingChange, FindingJourneys, FindingStatus
from recorrido.journeys.errors import BadSelection, JourneysError
from recorrido.journeys.queries import Filters, Study, open_study
from trayecto.filters import named


@dataclass(frozen=True)
class SampledJourney:
    """One of the journeys drawn for a finding, with its steps as they stand now: [[step, moment], …]."""

    journey: str
    person: int | None
    started: datetime
    steps: list[list[str]]


def select_behind(_study: Study, _filters: Filters, key: str) -> Any:
    """The filter of the journeys that the newest look blamed on a finding, by its key: ``sel=finding:KEY`` in an address.

    Raises BadSelection where no journeys are kept: it is gone, or a look-alike.
    """
    row = FindingJourneys.objects.filter(key=key).order_by("-id").first()
    if row is None:
        raise BadSelection(_("The last look did not find this any more, so there are no journeys to list."))
    return named(*zlib.decompress(bytes(row.names)).decode().split("\n"))


def sampled_journeys(found: Finding) -> Sequence[SampledJourney]:
    """Up to twenty of its journeys in the newest log, drawn by the look; none where the log cannot be opened."""
    names = [str(name) for name in found.detail.get("sample", [])]
    try:
        study = open_study(found.last_run.journey_type)
    except JourneysError:
        return []
    rows = study.log.where(named(*names)).journeys(limit=len(names)).to_pylist() if names else []
    return [_sampled(study, row) for row in rows]


def _sampled(study: Study, row: dict[str, Any]) -> SampledJourney:
    steps = [[step, at.isoformat()] for step, at in study.log.steps_of(row["row"])]
    person = row.get("person")
    return SampledJourney(
        journey=row["journey"],
        person=int(person) if person and str(person).isdigit() else None,
        started=row["started"],
        steps=steps,
    )


def disputed_journeys(found: Finding) -> Sequence[DisputedJourney]:
    """The journeys kept when it was disputed last."""
    change = FindingChange.objects.filter(finding=found, after=FindingStatus.DISPUTED).order_by("-id").first()
    return list(DisputedJourney.objects.filter(change=change).order_by("id")) if change else []
