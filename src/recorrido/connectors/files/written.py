"""How a table file is written: what must be known before its first cell can be read."""

from __future__ import annotations

from dataclasses import dataclass

MARKS = (",", ";", "\t", "|")
"""What parts the cells of a line, in the order in which a draw is decided."""

RARE_MARKS = ("~", "^", "¦", "#", "\x01", "\x1f")
"""What old systems part cells with; offered where most rows have as many of them."""


@dataclass(frozen=True, slots=True)
class Written:
    """``header`` is the row with the names as a spreadsheet counts rows, 0 where there is none; ``without_last`` rows at
    the end are no data (totals); with ``fill_short`` a row with fewer cells than the header ends in empty ones.

    A workbook has a ``sheet`` ("" = its first) and neither encoding nor delimiter.
    """

    encoding: str = "utf-8"
    delimiter: str = ","
    sheet: str = ""
    header: int = 1
    without_last: int = 0
    fill_short: bool = False

    @property
    def codec(self) -> str:
        """Python's name of the encoding; a mark at the file's beginning is no part of the first name."""
        return "utf-8-sig" if self.encoding.lower().replace("_", "-") in ("utf-8", "utf8") else self.encoding
