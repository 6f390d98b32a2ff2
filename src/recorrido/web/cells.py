"""Values of attributes and properties as a table or a line shows them."""

from __future__ import annotations

from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _


def cell(value: Any) -> str:
    """An attribute's value in a table."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, int | float):
        whole = float(value).is_integer()
        return number_format(value, decimal_pos=0 if whole else 2, force_grouping=True)
    return _listed(value) if isinstance(value, list | dict) else str(value)


def _listed(value: list[Any] | dict[str, Any]) -> str:
    """Values within a value, as a line to read; the file of a timeline has them as they were sent."""
    if isinstance(value, dict):
        return ", ".join(f"{name}: {_within(one)}" for name, one in value.items())
    holds_more = any(isinstance(one, list | dict) for one in value)
    return (" · " if holds_more else ", ").join(map(cell, value))


def _within(value: Any) -> str:
    return f"({_listed(value)})" if isinstance(value, list | dict) and value else cell(value)
