"""Which column is the journey, the step, the time: what the caller said, else what well-known names say."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from trayecto.errors import UnknownColumn, did_you_mean

LIFECYCLE = "lifecycle:transition"

# In order of preference; compared without case, with blanks, dots and dashes as underscores.
KNOWN = {
    "journey": (
        "case:concept:name",
        "journey",
        "journey_id",
        "case_id",
        "caseid",
        "case",
        "case_key",
        "trace_id",
        "process_instance_id",
    ),
    "step": (
        "concept:name",
        "ocel:activity",
        "step",
        "activity",
        "activity_name",
        "event",
        "event_name",
        "event_type",
        "action",
        "task",
    ),
    "at": (
        "time:timestamp",
        "ocel:timestamp",
        "at",
        "timestamp",
        "event_time",
        "event_timestamp",
        "occurred_at",
        "complete_timestamp",
        "datetime",
        "date_time",
        "time",
        "created_at",
        "date",
        "ts",
    ),
}
MEANING = {"journey": "the journey", "step": "the step", "at": "the time"}


@dataclass(frozen=True)
class Wish:
    """What the caller of ``read_events`` asked for, in the file's own column names."""

    journey: str | None = None
    step: str | None = None
    at: str | None = None
    columns: tuple[str, ...] | None = None
    id_column: str | None = None
    lifecycle: str | None = None
    tz: str | None = None
    time_format: str | None = None
    texts: bool = False
    persons: tuple[str, ...] | None = None

    @property
    def named(self) -> tuple[str, ...]:
        """Every column that the caller named."""
        roles = (self.journey, self.step, self.at, self.id_column)
        return tuple(name for name in (*roles, *(self.columns or ())) if name)


@dataclass(frozen=True)
class Columns:
    """The columns of one file that are used, under the file's names."""

    journey: str | None
    step: str
    at: str
    extra: tuple[str, ...] = ()
    id: str | None = None
    lifecycle: str | None = None
    notes: tuple[str, ...] = ()

    @property
    def used(self) -> tuple[str, ...]:
        """Each column that must be read, once."""
        named = (self.journey, self.step, self.at, *self.extra, self.id, self.lifecycle)
        return tuple(dict.fromkeys(name for name in named if name is not None))


def resolve(names: Sequence[str], wish: Wish, file: str, *, guess_journey: bool = True) -> Columns:
    """Find the columns that ``wish`` names, or guess; raises UnknownColumn with the nearest name and the list."""
    _must_differ(names, file)
    chosen = {role: _choose(role, getattr(wish, role), names, file) for role in ("journey", "step", "at")}
    if not guess_journey and wish.journey is None:
        chosen["journey"] = None
    step, at = _needed("step", chosen["step"], names, file), _needed("at", chosen["at"], names, file)
    named = {chosen["journey"], step, at}
    extra = [name for name in names if name not in named] if wish.columns is None else wish.columns
    for name in extra:
        _must_have(name, names, file)
    return Columns(
        journey=chosen["journey"],
        step=step,
        at=at,
        extra=tuple(name for name in extra if name not in named),
        id=_must_have(wish.id_column, names, file) if wish.id_column else None,
        lifecycle=_must_have(LIFECYCLE, names, file) if wish.lifecycle else None,
        notes=_notes(chosen, wish, file),
    )


def may_use(name: str, wish: Wish) -> bool:
    """Whether a column of this name can be wanted, before all names of the file are known."""
    named = (wish.journey, wish.step, wish.at, wish.id_column, LIFECYCLE)
    known = any(_plain(name) in names for names in KNOWN.values())
    return wish.columns is None or name in wish.columns or name in named or known


def _choose(role: str, named: str | None, names: Sequence[str], file: str) -> str | None:
    if named == "":
        return None
    if named is not None:
        return _must_have(named, names, file)
    by_plain = {_plain(name): name for name in reversed(names)}
    return next((by_plain[known] for known in KNOWN[role] if known in by_plain), None)


def _plain(name: str) -> str:
    return re.sub(r"[\s.\-]+", "_", name.strip().casefold())


def _must_have(name: str, names: Sequence[str], file: str) -> str:
    if name in names:
        return name
    raise UnknownColumn(
        f"{file} has no column '{name}'.{did_you_mean(name, names)} It has: {_listed(names)}."
    )


def _must_differ(names: Sequence[str], file: str) -> None:
    twice = next((name for name in names if list(names).count(name) > 1), None)
    if twice is not None:
        raise UnknownColumn(f"{file} has more than one column '{twice}'; rename all but one.")


def _needed(role: str, name: str | None, names: Sequence[str], file: str) -> str:
    if name is not None:
        return name
    raise UnknownColumn(
        f"{file}: no column is known by its name to hold {MEANING[role]}; say which with {role}=. "
        f"It has: {_listed(names)}."
    )


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(f"'{name}'" for name in names[:30])
    return shown + (f" and {len(names) - 30} more" if len(names) > 30 else "") if names else "no columns"


def _notes(chosen: dict[str, str | None], wish: Wish, file: str) -> tuple[str, ...]:
    guessed = [role for role, name in chosen.items() if name is not None and getattr(wish, role) is None]
    said = ", ".join(f"{MEANING[role]} from '{chosen[role]}'" for role in guessed)
    return (f"{file}: took {said}, by name.",) if said else ()
