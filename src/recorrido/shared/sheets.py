"""Files for a spreadsheet: in the marks of the reader's language, and without harm."""

from __future__ import annotations

import csv
from typing import Any

from django.utils.formats import get_format

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
PLACES = 6


def disarmed(text: str) -> str:
    """A customer named "=HYPERLINK(…)" must not run in an analyst's spreadsheet: such a text gets an apostrophe."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def armed(text: str) -> str:
    """The text again, when such a file comes back."""
    return text[1:] if text[:1] == "'" and text[1:].startswith(FORMULA_STARTS) else text


def sheet_writer(file: Any) -> Any:
    """A CSV writer. Where numbers have a decimal comma a spreadsheet takes the semicolon to part columns, and a comma
    would leave each row in one cell."""
    return csv.writer(file, delimiter=";" if get_format("DECIMAL_SEPARATOR") == "," else ",")


def sheet_cell(value: object) -> object:
    """A value as such a file has it. A decimal point would be read as a text or, worse, as a date: 1.5 as the first of May."""
    if value is None:
        return ""
    if isinstance(value, str):
        return disarmed(value)
    if isinstance(value, float):
        return str(round(value, PLACES)).replace(".", get_format("DECIMAL_SEPARATOR"))
    return value
