"""An answer as maps: as it was, as it would have been, and what differs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from recorrido.journeys.queries import Study
from recorrido.journeys.queries.picture import design_of
from trayecto import draw
from trayecto.whatif import Taken

HALF, WHOLE = 760.0, 1440.0  # pixels of a picture beside another, and of one alone
LISTED = 1.0  # attempts: a smaller difference is not listed


@dataclass(frozen=True)
class Moved:
    """A step or flow of which more or fewer would take it."""

    label: str
    before: float
    after: float

    @property
    def change(self) -> float:
        return self.after - self.before


@dataclass(frozen=True)
class Maps:
    before: str
    after: str
    difference: str
    steps: Sequence[Moved]
    flows: Sequence[Moved]


def maps_of(study: Study, told: Sequence[Mapping[str, Any]]) -> Maps:
    """``told``: what the answer says of steps and flows, at least one."""
    taken = [Taken(tuple(one["steps"]), one["before"], one["after"]) for one in told]
    moved = sorted(taken, key=lambda one: -abs(one.after - one.before))
    steps, flows = ([_moved(study, one) for one in moved if _is_told(one, size)] for size in (1, 2))
    before, after, difference = (_draw(study, taken, shown) for shown in ("before", "after", "difference"))
    return Maps(before, after, difference, steps, flows)


def _is_told(one: Taken, size: int) -> bool:
    return len(one.steps) == size and abs(one.after - one.before) >= LISTED


def _moved(study: Study, one: Taken) -> Moved:
    return Moved(" → ".join(study.label(step) for step in one.steps), one.before, one.after)


def _draw(study: Study, taken: Sequence[Taken], shown: str) -> str:
    language = get_language() or "es"
    names = _("as it was"), _("as it would have been")
    titles = {"before": names[0], "after": names[1], "difference": _("The difference")}
    picture = draw.supposed(
        taken, shown=shown, design=design_of(study.blueprint, language, study.steps, study.off_path),
        labels={step: study.label(step) for step in study.log.steps}, names=names,
        title=titles[shown][:1].upper() + titles[shown][1:], lang=language, standalone=False,
        width=WHOLE if shown == "difference" else HALF,
    )  # fmt: skip
    return str(picture.text)
