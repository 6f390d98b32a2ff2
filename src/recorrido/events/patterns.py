"""Patterns of event types: a word, or one with stars, such as ``order.*``. The empty pattern means every type."""

from __future__ import annotations

import re

from django.db.models import Q


def matches(pattern: str, word: str) -> bool:
    return not pattern or re.fullmatch(_expression(pattern), word) is not None


def as_condition(field: str, pattern: str) -> Q:
    """The same as a condition on a column."""
    if not pattern:
        return Q()
    if "*" not in pattern:
        return Q(**{field: pattern})
    if "*" not in pattern[:-1]:  # nearly always; many times quicker than an expression
        return Q(**{f"{field}__startswith": pattern[:-1]})
    return Q(**{f"{field}__regex": f"^{_expression(pattern)}$"})


def _expression(pattern: str) -> str:
    return ".*".join(re.escape(part) for part in pattern.split("*"))
