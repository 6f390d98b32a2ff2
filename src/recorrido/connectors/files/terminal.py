"""An import at the terminal: a bar while it runs, two tables when it is done."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.utils.translation import gettext as _
from rich import progress as rich_progress
from rich.console import Console
from rich.table import Table

from recorrido.connectors.files.progress import Progress
from recorrido.connectors.files.summary import ImportSummary


class _Bar(Progress):
    def __init__(self, bar: rich_progress.Progress) -> None:
        self._bar = bar
        self._task: rich_progress.TaskID | None = None

    def stage(self, title: str, total: int | None) -> None:
        if self._task is not None:
            self._bar.remove_task(self._task)
        self._task = self._bar.add_task(title, total=total)

    def advance(self, steps: int) -> None:
        if self._task is not None:
            self._bar.advance(self._task, steps)


@contextmanager
def progress_bar() -> Iterator[Progress]:
    """A bar on stderr; stdout is left to the summary."""
    columns = (
        rich_progress.TextColumn("{task.description}"),
        rich_progress.BarColumn(),
        rich_progress.MofNCompleteColumn(),
        rich_progress.TimeElapsedColumn(),
    )
    with rich_progress.Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        yield _Bar(bar)


def print_summary(summary: ImportSummary) -> None:
    """What became of every row, on stdout."""
    console = Console()
    if summary.tables:
        heads = (_("Table"), _("read"), _("used"), _("beside"), _("unused"), _("rejected"))
        rows = [(t.table, t.read, t.used, t.enriching, t.unused, t.rejected) for t in summary.tables]
        console.print(_table(heads, rows))
    makes = (
        _("Makes"),
        _("from"),
        _("rows"),
        _("other condition"),
        _("without time"),
        _("rejected"),
        _("made"),
    )
    rules = [
        (r.rule, r.table, r.rows, r.other_condition, r.without_time, r.rejected, r.made)
        for r in summary.rules
    ]
    console.print(_table(makes, rules))
    message = _(
        "%(recorded)s events recorded, %(duplicates)s were there before, %(quarantined)s in quarantine."
    )
    figures = ("recorded", "duplicates", "quarantined")
    console.print(message % {name: f"{getattr(summary, name):,}" for name in figures}, highlight=False)
    if summary.quarantined:
        console.print(_("Why each of them waits there: recorrido quarantine list"), highlight=False)
    if summary.unread_identifiers:
        message = _("%(n)s identifiers could not be read; their events keep them in $unread_identifiers.")
        console.print(message % {"n": f"{summary.unread_identifiers:,}"}, highlight=False)
    if summary.rejects_file:
        console.print(_("Rejected rows, each with its reason: %s") % summary.rejects_file, highlight=False)


def _table(heads: tuple[str, ...], rows: Sequence[tuple[str | int, ...]]) -> Table:
    table = Table()
    for place, head in enumerate(heads):
        numeric = bool(rows) and isinstance(rows[0][place], int)
        table.add_column(head, justify="right" if numeric else "left", no_wrap=not numeric)
    for row in rows:
        table.add_row(*(f"{cell:,}" if isinstance(cell, int) else cell for cell in row))
    return table
