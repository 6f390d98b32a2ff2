"""Filters: which journeys a question is asked of. Objects that compose, and a language that says the same."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType

from trayecto.filters.answers import (
    late_at,
    lost,
    lost_at,
    open_,
    open_at,
    reached,
    repeats,
    repeats_directly,
    returns_to,
    took,
)
from trayecto.filters.base import Filter, Rows
from trayecto.filters.language import parse_expression
from trayecto.filters.named import named
from trayecto.filters.rows import marked
from trayecto.filters.sequence import (
    around,
    directly_followed_by,
    ends_with,
    exact_variant,
    followed_by,
    funnel_reached,
    has,
    has_all,
    has_flow,
    lacks,
    occurs_between,
    started_between,
    starts_with,
    touches,
    variant_rank,
)

FUNCTIONS: MappingProxyType[str, Callable[..., Filter]] = MappingProxyType(
    {
        "around": around,
        "directly_followed_by": directly_followed_by,
        "ends_with": ends_with,
        "exact_variant": exact_variant,
        "followed_by": followed_by,
        "funnel_reached": funnel_reached,
        "has": has,
        "has_all": has_all,
        "has_flow": has_flow,
        "lacks": lacks,
        "late_at": late_at,
        "lost": lost,
        "lost_at": lost_at,
        "occurs_between": occurs_between,
        "open": open_,
        "open_at": open_at,
        "reached": reached,
        "repeats": repeats,
        "repeats_directly": repeats_directly,
        "returns_to": returns_to,
        "started_between": started_between,
        "starts_with": starts_with,
        "took": took,
        "touches": touches,
        "variant_rank": variant_rank,
    }
)


def parse_filter(text: str) -> Filter:
    """The filter that a text in the filter language describes; ``str(filter)`` is read back as an equal one.

    Raises BadExpression (what cannot be understood, and where) and BadValue (an argument out of range).
    """
    return parse_expression(text, FUNCTIONS)


def attribute(condition: str) -> Filter:
    """Journeys for which an SQL condition on their attributes is true: ``attribute("country = 'CL'")``.

    Raises BadExpression here, and UnknownAttribute when it is applied to a log without the attribute.
    """
    return parse_expression(condition, {})


__all__ = [
    "FUNCTIONS",
    "Filter",
    "Rows",
    "around",
    "attribute",
    "directly_followed_by",
    "ends_with",
    "exact_variant",
    "followed_by",
    "funnel_reached",
    "has",
    "has_all",
    "has_flow",
    "lacks",
    "late_at",
    "lost",
    "lost_at",
    "marked",
    "named",
    "occurs_between",
    "open_",
    "open_at",
    "parse_filter",
    "reached",
    "repeats",
    "repeats_directly",
    "returns_to",
    "started_between",
    "starts_with",
    "took",
    "touches",
    "variant_rank",
]
