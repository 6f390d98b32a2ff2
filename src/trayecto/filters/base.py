"""What a filter is: a mask over the journeys of a log, composed with and, or, not, and written as text."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial, reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trayecto import engine
from trayecto.batch import Batch, View
from trayecto.errors import BadValue

Mask = NDArray[np.bool_]


class Filter(ABC):
    """Keeps some journeys of a log. ``a & b``, ``a | b``, ``~a`` compose; ``str()`` gives the text form."""

    __slots__ = ()

    @abstractmethod
    def mask(self, view: View) -> Mask:
        """(rows,) True where the journey is kept, over all rows of the log; of rows that are not live it says nothing.

        Raises UnknownStep or UnknownAttribute for names that the log does not have.
        """

    def as_sql(self) -> str | None:
        """The filter as one SQL condition, or None when it looks at more than attributes."""
        return None

    def __and__(self, other: Filter) -> Filter:
        return And((self, other))

    def __or__(self, other: Filter) -> Filter:
        return Or((self, other))

    def __invert__(self) -> Filter:
        return Not(self)


@dataclass(frozen=True, slots=True)
class And(Filter):
    """All of two or more filters; nested ones are flattened."""

    filters: tuple[Filter, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "filters", _flat(And, self.filters))

    def mask(self, view: View) -> Mask:
        return reduce(np.logical_and, (part.mask(view) for part in self.filters))

    def as_sql(self) -> str | None:
        return _sql_if_pure(self, self.filters)

    def __str__(self) -> str:
        return " and ".join(f"({part})" if isinstance(part, Or) else str(part) for part in self.filters)


@dataclass(frozen=True, slots=True)
class Or(Filter):
    """Any of two or more filters; nested ones are flattened."""

    filters: tuple[Filter, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "filters", _flat(Or, self.filters))

    def mask(self, view: View) -> Mask:
        return reduce(np.logical_or, (part.mask(view) for part in self.filters))

    def as_sql(self) -> str | None:
        return _sql_if_pure(self, self.filters)

    def __str__(self) -> str:
        return " or ".join(map(str, self.filters))


@dataclass(frozen=True, slots=True)
class Not(Filter):
    """The other journeys, also those for which an SQL condition is null.

    SQL's own ``not`` of a condition, which leaves null alone, is part of the condition; so the complement of
    what holds a condition is written ``(…) is not true``.
    """

    filter: Filter

    def mask(self, view: View) -> Mask:
        return ~self.filter.mask(view)

    def as_sql(self) -> str | None:
        return _sql_if_pure(self, (self.filter,))

    def __str__(self) -> str:
        if may_be_null(self.filter):
            return f"({self.filter}) is not true"
        return f"not ({self.filter})" if isinstance(self.filter, And | Or) else f"not {self.filter}"


@dataclass(frozen=True, slots=True, eq=False)
class Rows(Filter):
    """Journeys that were found in another way; it stands for one version of one log and has no text to be read back."""

    rows: Mask  # (rows,)

    def mask(self, view: View) -> Mask:
        return self.rows

    def __str__(self) -> str:
        return f"{np.count_nonzero(self.rows)} journeys"


def may_be_null(one: Filter) -> bool:
    """Whether SQL conditions take part, so that SQL's ``not`` of it is not its complement."""
    if isinstance(one, And | Or):
        return any(map(may_be_null, one.filters))
    return one.as_sql() is not None


def _sql_if_pure(whole: Filter, parts: tuple[Filter, ...]) -> str | None:
    return None if any(part.as_sql() is None for part in parts) else str(whole)


def _flat(kind: type[And] | type[Or], filters: tuple[Filter, ...]) -> tuple[Filter, ...]:
    parts: list[Filter] = []
    for part in filters:
        parts.extend(part.filters if isinstance(part, kind) else (part,))
    return tuple(parts)


def all_of(filters: tuple[Filter, ...]) -> Filter:
    """Their conjunction; a single filter stays itself."""
    return filters[0] if len(filters) == 1 else And(filters)


def mask_by_batch(view: View, work: Callable[[Batch], Mask]) -> Mask:
    """``work`` on every batch of the log, on threads, whatever is selected; the masks joined in log order."""
    return np.concatenate(engine.over(partial(_on_whole_batch, work), view.batches()))


def _on_whole_batch(work: Callable[[Batch], Mask], batch: Batch) -> Mask:
    return work(replace(batch, selected=None)).astype(np.bool_, copy=False)


def steps_given(name: str, steps: tuple[Any, ...]) -> tuple[str, ...]:
    """The step names handed to a filter, checked: at least one, all text."""
    if not steps or not all(isinstance(step, str) for step in steps):
        raise BadValue(f"{name}() needs at least one step name, each in quotes.")
    return tuple(steps)
