"""Broken promises: which attribute raises them, what is broken wherever one looks, what is not told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pyarrow as pa

from trayecto.attempts.compare import difference
from trayecto.attempts.facts import Facts
from trayecto.attempts.lives import Bools, Ints
from trayecto.causes import Single, find_causes, single_causes
from trayecto.causes.features import UNKNOWN, Feature
from trayecto.findings.broken import Broken, broken_promises
from trayecto.findings.known import Known, known_before
from trayecto.findings.model import ADJUSTED, ASSOCIATION, DEMAND, LATE, Blamed
from trayecto.findings.odds import odds_of
from trayecto.findings.since import Change, change_of
from trayecto.findings.suspicion import Study, Suspected, Suspicion, contact_step, rows_of
from trayecto.findings.undo import Undo
from trayecto.whatif.changes import FailureRate, Fix

LEAST, LEAST_BROKEN = 100, 15  # attempts, and broken ones among them, to say anything
LEAST_MINE = 30
POINTS, ODDS = 0.08, 1.4  # an attribute that raises broken promises by less is an ordinary difference
DEEP_POINTS, DEEP_ODDS = 0.10, 1.7  # of several attributes together
EVERYWHERE = 0.12  # broken as often in all but the best quarter of the circumstances
RISE = 0.08  # … since a day
UNTOLD = 0.03  # of what should be told
SUSPECT = 0.01  # single values with a p-value below are measured one beside the other
CHANGED, BEGAN = 0.001, 0.01  # the p-value of a day, for a whole promise and for one suspected value
WINDOWS = (0.0, 0.5, 0.75)  # of the attempts in order of time
TOLD = 0.9  # of the attempts whose promise was kept, for an attribute to be told of whoever gets that far


def late(study: Study) -> Suspected:
    """Suspicions of all promises."""
    suspicions: list[Suspicion] = []
    tested: list[float] = []
    for broken in broken_promises(study.facts):
        if broken.judged.sum() >= LEAST and broken.failed.sum() >= LEAST_BROKEN:
            found = _Promise.of(study, broken)
            suspicions += found.suspicions()
            tested += found.tested
    return Suspected(suspicions, tested)


@dataclass(frozen=True, eq=False)
class _Guilty:
    """``mine``: (attempts,) those of the cause, from ``since`` on."""

    conditions: tuple[tuple[str, str], ...]
    mine: Bools
    p: float
    raw: float
    adjusted: float
    low: float
    high: float
    since: int | None = None

    @property
    def blamed(self) -> Blamed:
        return Blamed(*self.conditions[-1])


@dataclass(frozen=True, eq=False)
class _Promise:
    study: Study
    broken: Broken
    known: Known
    least_p: dict[tuple[tuple[str, str], ...], float]

    @classmethod
    def of(cls, study: Study, broken: Broken) -> _Promise:
        known = known_before(study.facts, study.journey_type, broken.until, broken.judged, broken.failed)
        return cls(study, broken, known, {})

    @property
    def facts(self) -> Facts:
        return self.study.facts

    @property
    def tested(self) -> list[float]:
        """The p-values of what was tested and is not suspected."""
        return list(self.least_p.values())

    @cached_property
    def traced(self) -> Bools:
        """(attempts,) the judged ones of which is told what may be blamed. One that never got that far – a parcel no carrier
        was heard of – says nothing for or against those that did."""
        found = self.broken.judged.copy()
        for one in self.known.features:
            told = _is_told(one)
            if one.order > 0 and told[self.broken.kept].mean() >= TOLD:
                found &= told
        return found

    def _test(self, *told: tuple[tuple[tuple[str, str], ...], float]) -> None:
        for conditions, p in told:
            self.least_p[conditions] = min(p, self.least_p.get(conditions, 1.0))

    def suspicions(self) -> Iterator[Suspicion]:
        guilty = [] if self.broken.message else self._guilty()
        for one in guilty:
            self.least_p.pop(one.conditions, None)
            yield self._blaming(one)
        rest = self.broken.judged & ~np.logical_or.reduce(
            [np.zeros_like(self.broken.judged), *(one.mine for one in guilty)]
        )
        yield from self._wherever(rest)
        if not self.broken.message:
            yield from self._look_alikes({one.blamed for one in guilty})

    # --- causes ---

    def _guilty(self) -> list[_Guilty]:
        """Values that raise the share of broken promises in the whole time, or lately since a day; then several together."""
        found: dict[Blamed, _Guilty] = {}
        for begin in WINDOWS:
            for one in self._singles(self._window(begin)):
                dated = self._dated(one)
                if one.blamed not in found and (begin == 0 or dated.since is not None):
                    found[one.blamed] = dated
        return [*found.values(), *self._deep(set(found))]

    def _window(self, begin: float) -> Bools:
        """The traced attempts that began in the last part of the time."""
        start = self.broken.start
        if not self.traced.any():
            return self.traced
        return self.traced & (start >= np.quantile(start[self.traced], begin))

    def _singles(self, window: Bools) -> Iterator[_Guilty]:
        """Values that are elevated against all others, and still are beside those that are more so; what they come to is
        measured against whom nobody suspects."""
        told = self._told(window, [])
        self._test(*(((_pair(one),), one.p * len(WINDOWS)) for one in told))
        suspects = sorted((one for one in told if one.p < SUSPECT), key=lambda one: one.p)
        taken: list[tuple[str, str]] = []
        for one in suspects:
            beside = {_pair(other): other.p for other in self._told(window, taken)} if taken else {}
            mine = window & self._has(*_pair(one))
            others = window & ~mine & ~self._any([_pair(other) for other in suspects])
            if beside.get(_pair(one), 0.0) < SUSPECT and self._matters(mine, others, POINTS, ODDS):
                taken.append(_pair(one))
                yield _seeming(one, mine, min(1.0, one.p * len(WINDOWS)))

    def _told(self, window: Bools, beside: list[tuple[str, str]]) -> list[Single]:
        """Each value that may be blamed, tested among the attempts of a window."""
        blamable = [one.name for one in self.known.features if one.order > 0]
        if not blamable or self.broken.failed[window].sum() < LEAST_BROKEN:
            return []
        return single_causes(
            self.known.of(window), self.broken.failed[window].astype(float), self.facts.units.person[window],
            comparable=self.known.strata, blamable=blamable, least=LEAST_MINE, beside=beside,
        )  # fmt: skip

    def _any(self, values: list[tuple[str, str]]) -> Bools:
        return np.logical_or.reduce([np.zeros_like(self.broken.judged), *(self._has(*one) for one in values)])

    def _has(self, name: str, value: str) -> Bools:
        feature = next(one for one in self.known.features if one.name == name)
        return np.asarray(feature.codes == feature.values.index(value))

    def _matters(self, mine: Bools, others: Bools, points: float, odds: float) -> bool:
        stratum = self.known.stratum()
        weight = np.ones(len(mine))
        more = difference(self.broken.failed.astype(float), weight, mine, others, stratum)
        return more >= points and odds_of(self.broken.failed, mine, others, stratum).low >= odds

    def _dated(self, one: _Guilty) -> _Guilty:
        """From the day on which it began, where the value was once as good as others."""
        mine = self.broken.judged & np.logical_and.reduce([self._has(*told) for told in one.conditions])
        change = change_of(self.broken.start[mine], self.broken.failed[mine], self.study.zone)
        if change is None or change.p > BEGAN or change.after - change.before < POINTS:
            return replace(one, mine=mine)
        return replace(one, mine=mine & (self.broken.start >= change.since), since=change.since)

    def _deep(self, found: set[Blamed]) -> Iterator[_Guilty]:
        """Several values together, searched on one half of the persons and tested on the other."""
        judged = self.traced
        if not judged.any():
            return
        answer = find_causes(
            self.known.of(judged), self.broken.failed[judged].astype(float), self.facts.units.person[judged],
            comparable=self.known.strata, given=self.known.circumstances,
        )  # fmt: skip
        order = {one.name: one.order for one in self.known.features}
        taken = {(one.attribute, one.value) for one in found}
        for cause in answer.causes:
            if cause.p is None or len(cause.conditions) == 1:
                continue
            self._test((cause.conditions, cause.p))
            conditions = tuple(sorted(cause.conditions, key=lambda told: (order[told[0]], told)))
            mine = judged & np.logical_and.reduce([self._has(*told) for told in conditions])
            if (
                cause.verdict == "cause"
                and not taken & set(conditions)
                and self._matters(mine, judged & ~mine, DEEP_POINTS, DEEP_ODDS)
            ):
                taken |= {conditions[-1]}
                yield _Guilty(
                    conditions,
                    mine,
                    cause.p,
                    cause.raw,
                    cause.effect or 0.0,
                    cause.low or 0.0,
                    cause.high or 0.0,
                )

    def _blaming(self, one: _Guilty) -> Suspicion:
        broken, bad = self.broken, self.broken.failed & one.mine
        return Suspicion(
            LATE, broken.step, broken.born_at(bad, broken.kept), broken.step, rows_of(self.facts, bad),
            self._as_others(one), cause=one.blamed, since=one.since, p=one.p, contacts=int(self.facts.contacts[bad].sum()),
            evidence=self._evidence(one) | {"late": int(bad.sum()), "of": int(one.mine.sum())},
        )  # fmt: skip

    def _as_others(self, one: _Guilty) -> Undo:
        """Its promise is broken as often as for comparable ones without it."""
        columns = self.facts.log.attributes
        known = set(columns.column_names)  # the period is no attribute
        named = all(name in known and _is_word(columns[name].type) for name, _value in one.conditions)
        where = dict(one.conditions)
        change = FailureRate(self.broken.step, where, since=self.study.day(one.since))
        return Undo(change, None if named else one.mine)

    def _evidence(self, one: _Guilty) -> dict[str, object]:
        return {
            "conditions": [list(told) for told in one.conditions],
            "raw": one.raw,
            "adjusted": {"low": one.low, "expected": one.adjusted, "high": one.high},
            "comparable": list(self.known.strata),
        }

    def _look_alikes(self, guilty: set[Blamed]) -> Iterator[Suspicion]:
        """Values that are elevated as they stand, and not once what else differs is held constant."""
        judged, failed = self.traced, self.broken.failed
        everybody = np.zeros(len(judged), np.int64)
        for one in self._told(judged, []):
            mine = judged & self._has(*_pair(one))
            alike = one.raw >= POINTS and odds_of(failed, mine, judged & ~mine, everybody).low >= ODDS
            if one.effect and alike and Blamed(*_pair(one)) not in guilty:
                yield replace(self._blaming(_seeming(one, mine, one.p)), discarded=True)

    # --- what is broken wherever one looks ---

    def _wherever(self, rest: Bools) -> Iterator[Suspicion]:
        broken = self.broken
        change = change_of(broken.start[rest], broken.failed[rest], self.study.zone)
        changed = (
            change is not None and change.p <= CHANGED and change.after - change.before >= self._least(RISE)
        )
        if changed and change is not None:
            since = rest & (broken.start >= change.since)
            if broken.message or self._best_quarter(since) >= RISE:
                yield self._everywhere(since, change)
        elif self._best_quarter(rest) >= self._least(EVERYWHERE):
            yield self._everywhere(rest, None)

    def _least(self, usual: float) -> float:
        return UNTOLD if self.broken.message else usual

    def _best_quarter(self, among: Bools) -> float:
        """The share broken in the circumstances that are better than three quarters of the attempts."""
        if not among.any():
            return 0.0
        place = self._place()
        n = np.bincount(place[among]).astype(float)
        k = np.bincount(place[among], self.broken.failed[among].astype(float), len(n))
        big = n >= LEAST_MINE
        if not big.any():
            return float(k.sum() / n.sum())
        rate, n = k[big] / n[big], n[big]
        order = np.argsort(rate)
        return float(rate[order][np.searchsorted(np.cumsum(n[order]), 0.25 * n.sum())])

    def _place(self) -> Ints:
        """(attempts,) the circumstance that says most."""
        telling = self.known.telling
        return (
            np.zeros(len(self.broken.judged), np.int64) if telling is None else telling.codes.astype(np.int64)
        )

    def _everywhere(self, mine: Bools, change: Change | None) -> Suspicion:
        broken, bad = self.broken, self.broken.failed & mine
        since = change.since if change else None
        kind, born_at, felt_at = LATE, broken.born_at(bad, broken.kept), broken.step
        if broken.message:
            kind, born_at = DEMAND, broken.step
            felt_at = contact_step(self.study, bad) or broken.step
        return Suspicion(
            kind, broken.step, born_at, felt_at, rows_of(self.facts, bad), self._undoing(mine, change), since=since,
            contacts=int(self.facts.contacts[bad].sum()), method=ADJUSTED if change else ASSOCIATION,
            evidence={
                "late": int(bad.sum()), "of": int(mine.sum()), "before": change.before if change else None,
                "share": float(bad.sum() / max(1, mine.sum())),
            },
        )  # fmt: skip

    def _undoing(self, mine: Bools, change: Change | None) -> Undo:
        """A message that does not come: what follows goes as it does where it comes. Else the promise is broken as seldom as
        before, or never where it is broken wherever one looks; whoever stands for another cause is left out."""
        broken, day = self.broken, self.study.day(change.since if change else None)
        if broken.message and broken.start_step:
            return Undo(Fix(broken.start_step, day, missing=broken.step))
        times = round(change.before / max(change.after, 1e-12), 4) if change else 0.0
        among = broken.judged if change is None else broken.judged & (broken.start >= change.since)
        others = among & ~mine
        return Undo(
            FailureRate(broken.step, times=times, since=day),
            ~others if others.any() else None,
        )


def _is_told(one: Feature) -> Bools:
    if UNKNOWN not in one.values:
        return np.ones(len(one.codes), dtype=bool)
    return np.asarray(one.codes != one.values.index(UNKNOWN))


def _is_word(type_: pa.DataType) -> bool:
    """Whether values of an attribute stand for themselves: a band of numbers is no value."""
    return not (pa.types.is_floating(type_) or pa.types.is_integer(type_))


def _pair(one: Single) -> tuple[str, str]:
    return one.feature, one.value


def _seeming(one: Single, mine: Bools, p: float) -> _Guilty:
    assert one.effect is not None  # without one nothing is elevated
    effect = one.effect
    return _Guilty((_pair(one),), mine, p, one.raw, effect.effect, effect.low, effect.high)
