"""What can be worked out: a name, a function, whether it is done by itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from recorrido.journeys.analyses.errors import UnknownKind
from recorrido.journeys.analyses.models import Parameters
from recorrido.journeys.queries import Study

Progress = Callable[[float], None]
"""Say how much is done: a share from 0 to 1. Cheap to call often."""
Run = Callable[[Study, Parameters, Progress], dict[str, Any]]


def everywhere(study: Study) -> bool:
    return True


def nothing_more(study: Study, result: dict[str, Any]) -> None:
    """Most results are only looked at."""


@dataclass(frozen=True)
class Kind:
    """``run``: works it out. ``scheduled``: done by itself, without parameters, for each new base of the journey types
    that it ``applies`` to (journey logs without a support contact have no failure demand). ``first``: before the other
    scheduled ones, because the first page shows it. ``afterwards``: told the result, in the transaction that keeps it."""

    name: str
    run: Run
    scheduled: bool = False
    first: bool = False
    by_calendar: bool = False
    applies: Callable[[Study], bool] = everywhere
    afterwards: Callable[[Study, dict[str, Any]], object] = nothing_more


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Registered again (an app that is made ready twice), the last one counts."""
    _kinds[kind.name] = kind


def kind_of(name: str) -> Kind:
    """Raises UnknownKind."""
    if name not in _kinds:
        raise UnknownKind(_("There is no analysis “%(name)s”.") % {"name": name})
    return _kinds[name]


def scheduled_kinds() -> tuple[Kind, ...]:
    return tuple(kind for kind in _kinds.values() if kind.scheduled)
