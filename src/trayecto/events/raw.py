"""What every format reader hands over: rows under the file's own names, and where each row stands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import pyarrow as pa

from trayecto.events.mapping import Columns
from trayecto.events.table import Reject

Label = Callable[[int], str]


def numbered_from(first: int) -> Label:
    """Rows that follow each other without a gap."""
    return lambda index: str(index + first)


@dataclass
class Raw:
    """Rows of one file before any of them is judged.

    ``label(i)`` says where row ``i`` of ``table`` stands as a person would count; ``broken`` are rows that could
    not even be put into the table. ``untyped``: numbers are still texts. ``relations`` and ``objects`` as in ``Events``, with row numbers of ``table``.
    ``date_only``: (rows,) true for times that are dates, where the file says so itself.
    """

    file: str
    table: pa.Table
    columns: Columns
    label: Label
    untyped: bool = False
    broken: list[Reject] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    relations: pa.Table | None = None
    objects: pa.Table | None = None
    date_only: pa.ChunkedArray | None = None


class Resolve(Protocol):
    """Tells the columns to use from the names in a file; raises UnknownColumn."""

    def __call__(self, names: Sequence[str], *, guess_journey: bool = True) -> Columns: ...


@dataclass(frozen=True)
class Request:
    """What a format reader needs to know of the caller's wish.

    ``keeps(name)`` says early whether a column can be of use; ``tz`` is the zone of times that carry none. ``asked``: the
    columns named; ``all``: whether others are wanted as well; ``persons``: files that say whose an identifier is;
    None: those that lie beside.
    """

    resolve: Resolve
    keeps: Callable[[str], bool]
    tz: str | None = None
    asked: tuple[str, ...] = ()
    all: bool = True
    persons: tuple[str, ...] | None = None
