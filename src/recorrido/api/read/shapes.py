"""The schema of an answer from the dataclass it is made of: what the pages show and what programs get cannot drift."""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

from ninja import Schema
from pydantic import Field, create_model

from recorrido.api.read.answers import NOT_SHOWN
from recorrido.journeys.queries import Figure, Filters, Selection


class FigureShape(Schema):
    """A count; ``selection`` lists exactly the journeys it counted (``/journeys?sel=``)."""

    count: int
    weighted: float | None = Field(description="The estimate, where journeys carry weights.")
    selection: str


@cache
def shape_of(kind: type) -> type[Schema]:
    """The schema of a dataclass; its pictures and filters are left out, the answer has the latter beside it."""
    hints = get_type_hints(kind)
    members: dict[str, Any] = {
        one.name: (_shape(hints[one.name]), ...) for one in fields(kind) if one.name not in NOT_SHOWN
    }
    module = kind.__module__.rpartition(".")[2]
    return create_model(f"{module.title()}{kind.__name__}", __base__=Schema, **members)


def _shape(hint: Any) -> Any:
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return Union[tuple(_shape(one) for one in inner)]  # noqa: UP007
    if origin in (tuple, list, set, frozenset):
        same = len(inner) == 1 or inner[-1] is Ellipsis
        return list[_shape(inner[0])] if same else list[Any]  # type: ignore[misc]
    if origin in (dict, Mapping) or hint is dict:
        item = _shape(inner[1]) if inner else Any
        return dict[str, item]  # type: ignore[valid-type]
    return _simple(hint)


def _simple(hint: Any) -> Any:
    if hint is Figure:
        return FigureShape
    if hint is Selection:
        return str
    if hint is Filters:
        return list[list[str]]
    if is_dataclass(hint) and isinstance(hint, type):
        return shape_of(hint)
    if hint is float:
        return float | None
    return hint if hint in (int, str, bool, datetime, date, type(None)) else Any
