"""The changes that can be asked about."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class RemoveGate:
    """Nobody is stopped at ``step`` any more; ``since``: from the day on which it was put up."""

    step: str
    since: datetime.date | None = None

    def to_dict(self) -> dict[str, Any]:
        since = self.since.isoformat() if self.since else None
        return _told(change="remove_gate", step=self.step, since=since)


@dataclass(frozen=True)
class Fix:
    """What follows ``step`` goes as it went before ``since``, or as it goes where ``missing`` follows it."""

    step: str
    since: datetime.date | None = None
    missing: str | None = None

    def to_dict(self) -> dict[str, Any]:
        since = self.since.isoformat() if self.since else None
        return _told(change="fix", step=self.step, since=since, missing=self.missing)


@dataclass(frozen=True)
class FailureRate:
    """``step`` fails as often as ``to`` says (a share), or ``by`` points (a share) more, or ``times`` as often. With none of them: as
    often as for comparable journeys that do not meet ``where`` (attribute → value). ``since``: from that day on.

    Failing: its promise is broken; with ``told_by`` contacts, or without a promise, contacts say that their trouble was born there.
    """

    step: str
    where: Mapping[str, str] = field(default_factory=dict)
    to: float | None = None
    by: float | None = None
    times: float | None = None
    since: datetime.date | None = None
    told_by: str | None = None

    def to_dict(self) -> dict[str, Any]:
        others = "others" if self.to is None and self.by is None and self.times is None else None
        return _told(
            change="failure_rate",
            step=self.step,
            where=dict(self.where) or None,
            to=others if others else self.to,
            by=self.by,
            times=self.times,
            since=self.since.isoformat() if self.since else None,
            told_by=self.told_by,
        )


@dataclass(frozen=True)
class Duration:
    """``step`` takes ``times`` as long as it did, or ``by`` more, or ``to``; counted from ``of`` (default: since when it is
    promised). ``to`` and ``by`` are durations such as ``2 working days`` or ``-12h``."""

    step: str
    of: str | None = None
    to: str | None = None
    by: str | None = None
    times: float | None = None
    where: Mapping[str, str] = field(default_factory=dict)
    since: datetime.date | None = None

    def to_dict(self) -> dict[str, Any]:
        return _told(
            change="duration",
            step=self.step,
            of=self.of,
            to=self.to,
            by=self.by,
            times=self.times,
            where=dict(self.where) or None,
            since=self.since.isoformat() if self.since else None,
        )


@dataclass(frozen=True)
class Share:
    """``share`` of the orders that meet ``where`` go as those do that meet ``to`` (attribute → value)."""

    where: Mapping[str, str]
    to: Mapping[str, str]
    share: float

    def to_dict(self) -> dict[str, Any]:
        return {"change": "share", "where": dict(self.where), "to": dict(self.to), "share": self.share}


Change = RemoveGate | Fix | FailureRate | Duration | Share


def _told(**words: Any) -> dict[str, Any]:
    return {name: value for name, value in words.items() if value is not None}
