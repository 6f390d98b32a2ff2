"""The filters of every journey page: read from and written to the URL, turned into a trayecto filter."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.utils.translation import gettext as _

import trayecto
from recorrido.journeys.errors import BadSelection
from recorrido.journeys.queries.study import Study
from trayecto.errors import nearest

ALL, REGULAR, EXCEPTIONS = "all", "regular", "exceptions"
PATHS = (ALL, REGULAR, EXCEPTIONS)
SEGMENT = "s."  # prefix of segment attributes in a URL: s.region=RM


@dataclass(frozen=True)
class Filters:
    """What a page looks at. Dates are days of the blueprint's time zone, both included: journeys *started* in them.

    ``steps`` journeys have all of these, ``lacks`` none of these; ``path`` is all, regular or exceptions; ``where`` is
    an expression of trayecto's filter language. ``encode()`` and ``decode()`` are the URL's query string.
    """

    start: date | None = None
    end: date | None = None
    channel: str = ""
    segments: tuple[tuple[str, str], ...] = ()
    steps: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    path: str = ALL
    where: str = ""

    @classmethod
    def decode(cls, query: str) -> Filters:
        """Read a query string; fields of other things are left alone. Raises BadSelection for what cannot be read."""
        pairs = parse_qsl(query.removeprefix("?"))
        path = _last(pairs, "path") or ALL
        if path not in PATHS:
            raise BadSelection(_("The path filter is one of: %(paths)s.") % {"paths": ", ".join(PATHS)})
        found = cls(
            start=_day(_last(pairs, "from")),
            end=_day(_last(pairs, "to")),
            channel=_last(pairs, "channel"),
            segments=tuple((key[2:], value) for key, value in pairs if key.startswith(SEGMENT)),
            steps=tuple(value for key, value in pairs if key == "has"),
            lacks=tuple(value for key, value in pairs if key == "lacks"),
            path=path,
            where=_last(pairs, "where"),
        )
        if found.start and found.end and found.end < found.start:
            raise BadSelection(_("The period ends before it starts: choose a later end."))
        return found

    def pairs(self) -> list[tuple[str, str]]:
        """Name and value of each filter that is set, in a fixed order: hidden form fields, removable chips."""
        return list(self._pairs())

    def _pairs(self) -> Iterator[tuple[str, str]]:
        single = {
            "from": self.start.isoformat() if self.start else "",
            "to": self.end.isoformat() if self.end else "",
            "channel": self.channel,
            "path": "" if self.path == ALL else self.path,
            "where": self.where,
        }
        yield from ((key, value) for key, value in single.items() if value)
        yield from ((SEGMENT + name, value) for name, value in sorted(self.segments))
        yield from (("has", step) for step in self.steps)
        yield from (("lacks", step) for step in self.lacks)

    def encode(self) -> str:
        return urlencode(self.pairs())

    @property
    def without_period(self) -> Filters:
        return replace(self, start=None, end=None)

    @property
    def on_all_paths(self) -> Filters:
        return replace(self, path=ALL)

    @property
    def previous(self) -> Filters | None:
        """The same filters in the equal period just before, when both ends of the period are set and the calendar
        goes back so far."""
        if self.start is None or self.end is None:
            return None
        try:
            return replace(
                self, start=_equal_before(self.start, self.end), end=self.start - timedelta(days=1)
            )
        except (OverflowError, ValueError):
            return None

    def resolve(self, study: Study) -> Any | None:
        """The trayecto filter, or None for all journeys. Raises BadSelection with the nearest name."""
        parts = [part for part in self._parts(study) if part is not None]
        return trayecto_all(parts)

    def _parts(self, study: Study) -> Iterator[Any]:
        yield self._started(study)
        if self.channel:
            yield trayecto.touches("channel", self.channel)
        for name, value in self.segments:
            yield _segment(study, name, value)
        for step in self.steps:
            yield trayecto.has(known_step(study, step))
        if self.lacks:
            yield trayecto.lacks(*(known_step(study, step) for step in self.lacks))
        if self.path != ALL:
            yield study.regular if self.path == REGULAR else study.exceptions
        if self.where:
            yield _expression(self.where)

    def _started(self, study: Study) -> Any | None:
        if self.start is None and self.end is None:
            return None
        end = self.end + timedelta(days=1) if self.end else None
        return trayecto.started_between(self.start, end, tz=study.blueprint.time_zone)


def trayecto_all(parts: Sequence[Any]) -> Any | None:
    """The conjunction of filters; None when there are none."""
    whole = None
    for part in parts:
        whole = part if whole is None else whole & part
    return whole


def _last(pairs: Sequence[tuple[str, str]], name: str) -> str:
    return next((value.strip() for key, value in reversed(pairs) if key == name), "")


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        message = _("“%(text)s” is not a date; write it like 2026-10-31.")
        raise BadSelection(message % {"text": text}) from None


def _equal_before(start: date, end: date) -> date:
    """Where the equal period before begins; OverflowError or ValueError before the year 1."""
    if _whole_months(start, end):
        return _months_before(start, end)
    return start - (end - start + timedelta(days=1))


def _whole_months(start: date, end: date) -> bool:
    return start.day == 1 and (end + timedelta(days=1)).day == 1


def _months_before(start: date, end: date) -> date:
    """The first day of as many months before ``start`` as the period has: October's twin is September."""
    after = end + timedelta(days=1)
    months = (after.year - start.year) * 12 + after.month - start.month
    index = start.year * 12 + start.month - 1 - months
    return date(index // 12, index % 12 + 1, 1)


def known_step(study: Study, step: str) -> str:
    if step in study.steps:
        return step
    guess = nearest(step, study.log.steps)
    mend = _(" Did you mean “%(guess)s”?") % {"guess": guess} if guess else ""
    raise BadSelection(_("No journey has the step “%(step)s”.%(mend)s") % {"step": step, "mend": mend})


def _segment(study: Study, name: str, value: str) -> Any:
    if name not in {attribute.name for attribute in study.journey_type.segments}:
        raise BadSelection(_("“%(name)s” is not a segment of these journeys.") % {"name": name})
    quoted = value.replace("'", "''")
    return trayecto.attribute(f"coalesce(cast(\"{name}\" as varchar), '') = '{quoted}'")


def _expression(text: str) -> Any:
    try:
        return trayecto.parse_filter(text)
    except trayecto.TrayectoError as error:
        raise BadSelection(str(error)) from error
