"""Contacts: how often each kind of contact happens, by channel, and what share of all contact it is.

Definition. A *contact* is an event of a step that belongs to a group (a purpose, such as advice or support); other steps
are none. Shares are of all contacts. Journeys are what is drawn anew: the 90 % interval is that of a ratio of sums
over journeys, linearised (Cochran, 1977, section 6.4), so contacts that come together in one journey count as such.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa

from trayecto import engine
from trayecto.batch import Batch, View
from trayecto.errors import BadValue
from trayecto.kernels.visits import NOT_COUNTED, Cells, cells
from trayecto.questions.shares import table_of, without_none

Z = 1.6448536269514722  # of the 90 % interval


@dataclass(frozen=True, slots=True)
class ContactsParams:
    """``group_of``, ``step_of``: (steps,) the group and the row of each step, NOT_COUNTED for none."""

    group_of: Any
    step_of: Any
    groups: int
    column: str | None
    values: int


@dataclass(frozen=True, slots=True)
class ContactsSummary:
    by_group: Cells  # (groups, 1)
    by_step: Cells  # (steps, values + 1)


@dataclass(frozen=True, slots=True)
class ContactFigures:
    """``contacts`` of a step through a channel (``""``: none), or of a group; ``share`` of all contacts, with its 90 % interval."""

    group: str
    step: str | None
    channel: str | None
    contacts: int
    journeys: int
    share: float
    share_low: float
    share_high: float
    weighted_contacts: float | None = None


@dataclass(frozen=True, slots=True)
class ContactsResult:
    """``groups`` in the order asked, ``rows`` the most frequent first."""

    contacts: int
    groups: tuple[ContactFigures, ...]
    rows: tuple[ContactFigures, ...]

    def to_dict(self) -> dict[str, Any]:
        return {
            "contacts": self.contacts,
            "groups": [without_none(group) for group in self.groups],
            "rows": [without_none(row) for row in self.rows],
        }

    def to_arrow(self) -> pa.Table:
        """One row per step and channel."""
        return table_of(ContactFigures, self.rows)


def ask(view: View, groups: Mapping[str, Sequence[str]], channel: str | None = "channel") -> ContactsResult:
    """The contacts of ``groups`` (name → steps) in ``view``, by the values of an event column.

    Steps that the log does not have are left out. Raises BadValue for a step in two groups.
    """
    params, steps, values = _params(view, groups, channel)
    summary = engine.run(view.batches(), partial(scan, params=params), merge)
    return finish(summary, list(groups), steps, values, view.weighted)


def _params(
    view: View, groups: Mapping[str, Sequence[str]], channel: str | None
) -> tuple[ContactsParams, list[tuple[str, str]], tuple[str, ...]]:
    code_of = {name: code for code, name in enumerate(view.step_names)}
    steps = [(group, step) for group, told in groups.items() for step in told if step in code_of]
    names = [step for _group, step in steps]
    twice = next((step for step in names if names.count(step) > 1), None)
    if twice is not None:
        raise BadValue(f"The step '{twice}' stands in two groups of contacts; keep it in one of them.")
    group_of, step_of = (np.full(len(code_of), NOT_COUNTED, dtype=np.int64) for _ in range(2))
    for place, (group, step) in enumerate(steps):
        group_of[code_of[step]], step_of[code_of[step]] = list(groups).index(group), place
    column = view.columns.get(channel) if channel else None
    values = column.values if column else ()
    known = channel if column else None
    return ContactsParams(group_of, step_of, len(groups), known, len(values)), steps, values


def scan(batch: Batch, params: ContactsParams) -> ContactsSummary:
    rows = int(params.step_of.max(initial=NOT_COUNTED)) + 1
    return ContactsSummary(
        cells(batch, params.group_of, params.groups, None, 0),
        cells(batch, params.step_of, rows, params.column, params.values),
    )


def merge(a: ContactsSummary, b: ContactsSummary) -> ContactsSummary:
    return ContactsSummary(a.by_group + b.by_group, a.by_step + b.by_step)


def finish(
    summary: ContactsSummary,
    groups: Sequence[str],
    steps: Sequence[tuple[str, str]],
    values: Sequence[str],
    weighted: bool,
) -> ContactsResult:
    channels = [*values, ""]
    by_group = [
        _figures(summary.by_group, place, 0, (group, None, None), weighted)
        for place, group in enumerate(groups)
    ]
    filled = zip(*np.nonzero(summary.by_step.events), strict=True)
    rows = [
        _figures(summary.by_step, int(row), int(value), (*steps[row], channels[value]), weighted)
        for row, value in filled
    ]
    rows.sort(key=lambda one: (-one.contacts, one.step or "", one.channel or ""))
    return ContactsResult(int(summary.by_group.events.sum()), tuple(by_group), tuple(rows))


def _figures(
    found: Cells, row: int, value: int, name: tuple[str, str | None, str | None], weighted: bool
) -> ContactFigures:
    weighed, (whole_squares, whole) = float(found.weighed[row, value]), found.whole.tolist()
    ratio = weighed / whole if whole else 0.0
    spread = found.squares[row, value] - 2 * ratio * found.products[row, value] + ratio**2 * whole_squares
    error = Z * float(np.sqrt(max(spread, 0.0))) / whole if whole else 0.0
    return ContactFigures(
        *name,
        contacts=int(found.events[row, value]),
        journeys=int(found.journeys[row, value]),
        share=ratio,
        share_low=max(0.0, ratio - error),
        share_high=min(1.0, ratio + error),
        weighted_contacts=weighed if weighted else None,
    )
