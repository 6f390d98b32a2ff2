"""What a spreadsheet would make of a text."""

from __future__ import annotations

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def disarmed(text: str) -> str:
    """A customer named "=HYPERLINK(…)" must not run in an analyst's spreadsheet: such a text gets an apostrophe."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text
