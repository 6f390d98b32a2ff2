"""How changes are written in YAML or JSON. Every mistake is one sentence: which change, what is wrong, what is expected."""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable
from typing import Any

import yaml

from trayecto.errors import BadValue, did_you_mean
from trayecto.whatif.changes import Change, Duration, FailureRate, Fix, RemoveGate, Share
from trayecto.whatif.lengths import read_length

WORDS: dict[str, tuple[str, ...]] = {
    "remove_gate": ("step", "since"),
    "fix": ("step", "since", "missing"),
    "failure_rate": ("step", "to", "by", "times", "where", "since", "told_by"),
    "duration": ("step", "of", "to", "by", "times", "where", "since"),
    "share": ("where", "to", "share"),
}
TOLD_BY = ("promise", "contacts")
MOST = 20
MOST_TIMES = 1000.0


def read_changes(text: str) -> list[Change]:
    """A list of changes, or one, or a mapping ``changes: […]``; raises BadValue with what is wrong and how to mend it."""
    try:
        told = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        said = " ".join(str(error).split())
        raise BadValue(f"The changes are not YAML: {said}") from error
    return changes_from(told)


def changes_from(told: Any) -> list[Change]:
    """The same from what YAML or JSON has been read into."""
    if isinstance(told, dict) and set(told) == {"changes"}:
        told = told["changes"]
    listed = told if isinstance(told, list) else [told]
    if not listed or told is None:
        raise BadValue(
            "No change is asked for; write e.g. '- {change: remove_gate, step: identity.requested}'."
        )
    if len(listed) > MOST:
        raise BadValue(f"{len(listed)} changes are asked for; at most {MOST} are answered at once.")
    return [_change(one, place) for place, one in enumerate(listed, 1)]


def _change(told: Any, place: int) -> Change:
    kind = told.get("change") if isinstance(told, dict) else told
    if not isinstance(told, dict) or not isinstance(kind, str) or kind not in WORDS:
        raise BadValue(
            f"Change {place}: {_shown(kind)} is no kind of change; 'change' is one of {', '.join(WORDS)}."
            f"{did_you_mean(str(kind), WORDS)}"
        )
    for word in told:
        if word != "change" and word not in WORDS[kind]:
            guess = did_you_mean(str(word), WORDS[kind])
            raise BadValue(
                f"Change {place}: {kind} knows no {_shown(word)}; it has {', '.join(WORDS[kind])}.{guess}"
            )
    return _READ[kind](_Told(told, kind, place))


class _Told:
    """The words of one change, each read with its place."""

    def __init__(self, words: dict[str, Any], kind: str, place: int) -> None:
        self._words, self._kind, self._place = words, kind, place

    def wrong(self, message: str) -> BadValue:
        return BadValue(f"Change {self._place}: {message}")

    def step(self, word: str = "step") -> str:
        found = self.maybe_step(word)
        if found is None:
            raise self.wrong(f"{self._kind} needs '{word}', the name of a step.")
        return found

    def maybe_step(self, word: str) -> str | None:
        told = self._words.get(word)
        if told is not None and (not isinstance(told, str) or not told.strip()):
            raise self.wrong(f"'{word}' is the name of a step, not {_shown(told)}.")
        return told

    def date(self) -> datetime.date | None:
        told = self._words.get("since")
        if told is None:
            return None
        if isinstance(told, datetime.datetime):
            return told.date()
        try:
            return told if isinstance(told, datetime.date) else datetime.date.fromisoformat(str(told))
        except ValueError:
            raise self.wrong(f"'since' is a date such as 2026-09-14, not {_shown(told)}.") from None

    def where(self, word: str = "where") -> dict[str, str]:
        told = self._words.get(word, {})
        if not isinstance(told, dict) or any(isinstance(one, dict | list) for one in told.values()):
            raise self.wrong(f"'{word}' is attributes with values, e.g. {{carrier: Correos}}.")
        return {str(name): _word(value) for name, value in told.items()}

    def share(self, word: str, least: float = 0.0) -> float | None:
        told = self._words.get(word)
        if told is None or (word == "to" and told == "others"):
            return None
        if not _is_number(told) or not least <= told <= 1:
            others = ", or 'others'" if word == "to" else ""
            raise self.wrong(f"'{word}' is a share from {least:g} to 1{others}, not {_shown(told)}.")
        return float(told)

    def times(self) -> float | None:
        told = self._words.get("times")
        if told is None:
            return None
        if not _is_number(told) or not 0 <= told <= MOST_TIMES:
            raise self.wrong(
                f"'times' is a factor from 0 to {MOST_TIMES:g}, such as 0.5, not {_shown(told)}."
            )
        return float(told)

    def length(self, word: str) -> str | None:
        told = self._words.get(word)
        if told is None:
            return None
        try:
            read_length(str(told))
        except BadValue as error:
            raise self.wrong(f"'{word}': {error}") from None
        return str(told)

    def told_by(self) -> str | None:
        told = self._words.get("told_by")
        if told not in (None, *TOLD_BY):
            raise self.wrong(f"'told_by' is one of {', '.join(TOLD_BY)}, not {_shown(told)}.")
        return told

    def at_most_one(self, *words: str) -> None:
        said = [word for word in words if self._words.get(word) is not None]
        if len(said) > 1:
            raise self.wrong(f"{self._kind} takes one of {', '.join(words)}, not {' and '.join(said)}.")

    def one_of(self, *words: str) -> None:
        self.at_most_one(*words)
        if all(self._words.get(word) is None for word in words):
            raise self.wrong(f"{self._kind} needs one of {', '.join(words)}.")


def _fix(told: _Told) -> Fix:
    fix = Fix(told.step(), told.date(), told.maybe_step("missing"))
    if fix.since is None and fix.missing is None:
        raise told.wrong(
            "fix needs 'since', the day from which it went wrong, or 'missing', the step that does not come."
        )
    return fix


def _failure_rate(told: _Told) -> FailureRate:
    told.at_most_one("to", "by", "times")
    where, by = told.where(), told.share("by", -1.0)
    change = FailureRate(told.step(), where, told.share("to"), by, told.times(), told.date(), told.told_by())
    if change.to is None and change.by is None and change.times is None and not where:
        raise told.wrong(
            "failure_rate needs 'to', 'by' or 'times', or 'where' whom to hold against the others."
        )
    return change


def _duration(told: _Told) -> Duration:
    told.one_of("to", "by", "times")
    return Duration(
        told.step(),
        told.maybe_step("of"),
        told.length("to"),
        told.length("by"),
        told.times(),
        told.where(),
        told.date(),
    )


def _share(told: _Told) -> Share:
    where, to, share = told.where(), told.where("to"), told.share("share")
    if not where or not to or share is None:
        raise told.wrong(
            "share needs 'where', 'to' and 'share', e.g. {where: {delivery: ship}, to: {delivery: pickup}, share: 0.2}."
        )
    if set(where) != set(to) or where == to:
        raise told.wrong("'where' and 'to' of a share name the same attributes with other values.")
    return Share(where, to, share)


def _remove_gate(told: _Told) -> RemoveGate:
    return RemoveGate(told.step(), told.date())


_READ: dict[str, Callable[[_Told], Change]] = {
    "remove_gate": _remove_gate,
    "fix": _fix,
    "failure_rate": _failure_rate,
    "duration": _duration,
    "share": _share,
}


def _is_number(told: Any) -> bool:
    return isinstance(told, int | float) and not isinstance(told, bool) and math.isfinite(told)


def _word(value: Any) -> str:
    """As the log writes it: YAML's yes and no are flags."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _shown(told: Any) -> str:
    text = " ".join(str(told).split())
    return f"'{text[:60]}…'" if len(text) > 60 else f"'{text}'"
