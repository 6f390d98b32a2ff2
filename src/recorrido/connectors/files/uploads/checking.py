"""The trial of a mapping on its whole file: what an import would make, and which rows it could not use."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from recorrido.connectors.files.cells import quoted
from recorrido.connectors.files.guess import words
from recorrido.connectors.files.guess.shapes import EVENTS
from recorrido.connectors.files.mapping import FileMapping
from recorrido.connectors.files.progress import Progress
from recorrido.connectors.files.rejects import Reject, once_each, rows_rejected, write_rejects
from recorrido.connectors.files.tables_import import Trial, try_tables
from recorrido.connectors.files.uploads.answers import Answers
from recorrido.connectors.files.uploads.mapping_text import ROWS

SHOWN = 200
MOST_OTHERS = 40


class Made(msgspec.Struct, frozen=True):
    """Events of one type, or persons: how many, from when to when (ISO days)."""

    type: str
    made: int
    without_time: int = 0
    first: str = ""
    last: str = ""


class Bad(msgspec.Struct, frozen=True):
    """A row that cannot be used: its number in the file, the column, why, and what stands there."""

    row: int
    column: str
    reason: str
    cell: str


class Why(msgspec.Struct, frozen=True):
    """How often one column was refused for one reason."""

    column: str
    reason: str
    rows: int


class Check(msgspec.Struct, frozen=True):
    """What an import would do. ``beyond``: events whose time the ledger refuses; ``others``: values of the column with
    the kinds of events that no answer speaks of, with their rows; ``shared``: rows put together with an earlier one."""

    rows: int
    rejected: int
    made: tuple[Made, ...]
    reasons: tuple[Why, ...] = ()
    bad: tuple[Bad, ...] = ()
    beyond: int = 0
    others: tuple[tuple[str, int], ...] = ()
    shared: int = 0

    @property
    def events(self) -> int:
        return sum(made.made for made in self.made)


def check(
    mapping: FileMapping, file: Path, answers: Answers, rejects_file: Path, progress: Progress
) -> Check:
    """Try the whole file. Rejected rows are written to ``rejects_file``. Raises FilesError."""
    ask, asked = _other_values(answers)
    trial = try_tables(mapping, [file], progress, ask, *asked)
    rejects_file.unlink(missing_ok=True)
    if trial.rejects:
        write_rejects(once_each(trial.rejects), rejects_file)
    return _summed_up(trial, answers)


def _other_values(answers: Answers) -> tuple[str, tuple[Any, ...]]:
    column = answers.of_role(words.EVENT)
    if answers.shape != EVENTS or not column:
        return "", ()
    name = quoted(column[0].name)
    known = [value.value for value in answers.values]
    ask = (
        f"SELECT {name}, count(*) FROM {quoted(ROWS)} WHERE {name} IS NOT NULL AND NOT list_contains(?, {name}) "
        f"GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {MOST_OTHERS}"
    )
    return ask, (known,)


def _summed_up(trial: Trial, answers: Answers) -> Check:
    table = next(table for table in trial.summary.tables if table.table == ROWS)
    ours = [reject for reject in trial.rejects if reject.table == ROWS]
    reasons = Counter((reject.column, reject.reason) for reject in ours)
    return Check(
        rows=table.read,
        rejected=rows_rejected(ours),
        made=tuple(_made(trial, number) for number in range(len(trial.summary.rules))),
        reasons=tuple(Why(column, reason, times) for (column, reason), times in reasons.most_common(20)),
        bad=tuple(_bad(reject) for reject in sorted(ours, key=_place)[:SHOWN]),
        beyond=trial.beyond,
        others=tuple((str(value), int(rows)) for value, rows in trial.asked),
        shared=table.enriching,
    )


def _made(trial: Trial, number: int) -> Made:
    count = trial.summary.rules[number]
    span = trial.spans[number] if number < len(trial.spans) else None
    first, last = (moment.date().isoformat() for moment in span) if span else ("", "")
    return Made(count.rule, count.made, count.without_time, first, last)


def _place(reject: Reject) -> int:
    return reject.row or reject.line or 0


def _bad(reject: Reject) -> Bad:
    return Bad(_place(reject), reject.column, reject.reason, _cell(reject))


def _cell(reject: Reject) -> str:
    try:
        content = msgspec.json.decode(reject.content)
    except msgspec.DecodeError:
        return reject.content[:120]
    if not isinstance(content, dict):
        return reject.content[:120]
    names: Sequence[str] = reject.column.split(", ") if reject.column else ()
    return " · ".join(str(content.get(name) or "") for name in names)[:120]
