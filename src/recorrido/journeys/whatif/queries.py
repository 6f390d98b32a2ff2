"""The two questions of what-if, asked of a study."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from recorrido.journeys.queries import Study
from recorrido.journeys.whatif.models import NamedChanges
from trayecto import TrayectoError
from trayecto.whatif import changes_from, choices_of, read_changes, what_if

CHOICES, ANSWER = "what_if_choices", "what_if"
MOST_WAYS = 6  # attributes offered as ways to go


def applies(study: Study) -> bool:
    """Journeys of persons, cut around their orders: only there somebody comes back."""
    boundaries = study.journey_type.boundaries
    return study.journey_type.key == "person" and boundaries is not None and bool(boundaries.anchor)


def choices(study: Study, parameters: Mapping[str, Any], progress: Callable[[float], None]) -> dict[str, Any]:
    """``trayecto.whatif.Choices`` of the log; the ways are the segments of the design."""
    progress(0.1)
    ways = [one.name for one in study.journey_type.attributes if one.segment]
    return choices_of(study.log, _likely(ways)).to_dict()


def _likely(segments: Sequence[str]) -> list[str]:
    """First what an order can be sent by, then the other segments; where a customer lives is nothing to be changed."""
    told = [name for name in segments if name not in ("region", "first_order", "entry_channel")]
    first = [name for name in ("delivery", "carrier", "order_channel") if name in told]
    return [*first, *(name for name in told if name not in first)][:MOST_WAYS]


def named_changes(journey_type: str) -> list[NamedChanges]:
    """All that staff keep of a journey type, with who saved them: one query."""
    return list(NamedChanges.objects.of_type(journey_type).select_related("saved_by"))


def answer(study: Study, parameters: Mapping[str, Any], progress: Callable[[float], None]) -> dict[str, Any]:
    """``trayecto.whatif.WhatIf`` of ``parameters["changes"]``. Raises what the library refuses."""
    return what_if(study.log, changes_from(parameters.get("changes")), progress=progress).to_dict()


def told_changes(texts: Sequence[str]) -> tuple[list[dict[str, Any]], list[str]]:
    """The changes of an address, each as the library writes it, and a sentence for each text that is none."""
    found, wrong = [], []
    for text in texts:
        try:
            found += [change.to_dict() for change in read_changes(text)]
        except TrayectoError as error:
            wrong.append(str(error))
    return found, wrong
