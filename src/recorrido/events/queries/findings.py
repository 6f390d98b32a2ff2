"""What is wrong with a source, in words: its figures held against its limits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from recorrido.events.models import LAG_LIMITS, HealthThreshold

if TYPE_CHECKING:
    from recorrido.events.queries.health import SourceHealth

ENOUGH = (
    20  # events below which a share means nothing, and that must be missing before a silence means something
)


@dataclass(frozen=True)
class Limits:
    """What a source may do. ``silence_hours`` None: by its own rhythm; ``nobody_percent`` None: not watched."""

    silence_hours: int | None = None
    lag_minutes: int = 60
    refused_percent: int = 5
    waiting: int = 1_000
    violation_percent: int = 20
    skew_percent: int = 50
    nobody_percent: int | None = None

    @classmethod
    def of(cls, threshold: HealthThreshold | None) -> Limits:
        given = {} if threshold is None else {name: getattr(threshold, name) for name in cls.__annotations__}
        return cls(**{name: value for name, value in given.items() if value is not None})


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong: a code for machines, whom it is about, and since when. ``severity``: warn or bad."""

    code: str
    subject: str
    severity: str
    since: datetime
    facts: dict[str, Any]

    @property
    def sentence(self) -> str:
        return sentence_of(self.code, self.facts)


def sentence_of(code: str, facts: dict[str, Any]) -> str:
    """The sentence of a finding or an alarm, in the reader's language."""
    try:
        return _(SENTENCES[code]) % {name: _written(name, value) for name, value in facts.items()}
    except KeyError:  # a past alarm of another version, whose facts were others
        return code


def _written(name: str, value: Any) -> Any:
    """Counts with their thousands apart, as the reader's language writes them."""
    return number_format(value, force_grouping=True) if name in ("events", "missed") else value


SENTENCES = {
    "silent": gettext_noop(
        "%(source)s has told nothing for %(hours)s h; usually about %(missed)s events would have come."
    ),
    "silent_too_long": gettext_noop("%(source)s has told nothing for %(hours)s h; its limit is %(limit)s h."),
    "lagging": gettext_noop(
        "Half of today's events of %(source)s came more than %(minutes)s min after they happened."
    ),
    "refused": gettext_noop(
        "%(percent)s%% of what %(source)s sent in the last day was refused (%(events)s events)."
    ),
    "waiting": gettext_noop("%(events)s refused events of %(source)s wait in quarantine."),
    "violations": gettext_noop("%(percent)s%% of today's events of %(source)s are not as their schema says."),
    "skewed": gettext_noop(
        "The clocks of %(percent)s%% of the clients of %(source)s are a minute or more off today."
    ),
    "nobody": gettext_noop("%(percent)s%% of today's events of %(source)s name no person."),
    "consumer_failed": gettext_noop("The consumer %(consumer)s stopped: %(why)s"),
    "consumer_behind": gettext_noop("The consumer %(consumer)s is %(events)s events behind."),
    "import_without_end": gettext_noop("The import %(run)s (%(mapping)s) began and never ended."),
}


def findings_of_source(state: SourceHealth, limits: Limits, now: datetime) -> tuple[Finding, ...]:
    """What is wrong with one source now."""
    found = [_silence(state, limits, now), _lag(state, limits, now), _refusals(state, limits, now)]
    found += [_waiting(state, limits, now), *_shares(state, limits, now)]
    return tuple(finding for finding in found if finding is not None)


def _finding(code: str, state: SourceHealth, severity: str, since: datetime, **facts: Any) -> Finding:
    return Finding(code, state.source.name, severity, since, {"source": state.source.name, **facts})


def _silence(state: SourceHealth, limits: Limits, now: datetime) -> Finding | None:
    since = state.last_received_at
    if since is None or now - since < timedelta(hours=1):
        return None
    hours = int((now - since).total_seconds() // 3600)
    if limits.silence_hours is not None:
        if hours < limits.silence_hours:
            return None
        return _finding("silent_too_long", state, "bad", since, hours=hours, limit=limits.silence_hours)
    missed = state.rhythm.missed(since, now) if state.rhythm.is_old_enough(now) else 0.0
    return (
        _finding("silent", state, "bad", since, hours=hours, missed=round(missed))
        if missed >= ENOUGH
        else None
    )


def _lag(state: SourceHealth, limits: Limits, now: datetime) -> Finding | None:
    limit = state.today.lag_limit
    enough = sum(state.today.lags[:-1]) >= ENOUGH
    if limit is None or not enough or _below(limit) < limits.lag_minutes * 60:
        return None
    return _finding("lagging", state, "warn", now, minutes=_below(limit) // 60)


def _below(limit: int) -> int:
    """The lower end of the bucket that ends at ``limit``: what the lag is at least."""
    place = LAG_LIMITS.index(limit)
    return LAG_LIMITS[place - 1] if place else 0


def _refusals(state: SourceHealth, limits: Limits, now: datetime) -> Finding | None:
    refused, taken = state.refused_today, state.today.events
    percent = 100 * refused // max(refused + taken, 1)
    if refused < ENOUGH or percent < limits.refused_percent:
        return None
    return _finding("refused", state, "bad", now, percent=percent, events=refused)


def _waiting(state: SourceHealth, limits: Limits, now: datetime) -> Finding | None:
    if state.waiting < max(limits.waiting, 1):
        return None
    return _finding("waiting", state, "warn", now, events=state.waiting)


def _shares(state: SourceHealth, limits: Limits, now: datetime) -> list[Finding | None]:
    today = state.today
    watched = [
        ("violations", today.violations, today.events, limits.violation_percent),
        ("skewed", today.skewed, today.sent, limits.skew_percent),
        ("nobody", today.nobody, today.events, limits.nobody_percent),
    ]
    return [
        _finding(code, state, "warn", now, percent=100 * part // whole)
        for code, part, whole, limit in watched
        if limit is not None and whole >= ENOUGH and 100 * part >= limit * whole
    ]
