"""Rows as CSV text that a spreadsheet opens without harm."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Any

from recorrido.shared.sheets import sheet_cell, sheet_writer


def csv_text(rows: Iterable[Sequence[Any]]) -> str:
    """Rows as CSV, in the marks of the reader's language."""
    out = io.StringIO()
    sheet_writer(out).writerows([[sheet_cell(cell) for cell in row] for row in rows])
    return out.getvalue()
