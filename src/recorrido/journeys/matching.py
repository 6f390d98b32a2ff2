"""Which touchpoint an event is, said in SQL: the first of the file whose type, channel and conditions fit.

The statements speak of ``events_event e``. Everything that comes from a blueprint enters as a quoted literal.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby

from psycopg import sql

from recorrido.journeys.blueprint import Blueprint, Touchpoint
from recorrido.journeys.blueprint.design import Condition

Expression = sql.Composable
_NUMBER = r"^[-+]?[0-9]{1,18}(\.[0-9]+)?([eE][-+]?[0-9]{1,2})?$"


def touchpoint_of_event(blueprint: Blueprint, type_ids: Mapping[str, int]) -> Expression:
    """An expression for the touchpoint's key, or NULL for events that no touchpoint names.

    ``type_ids`` are the ledger's numbers of event types; a type that never occurred needs no branch.
    """
    known = [t for t in blueprint.measured if t.event in type_ids]
    ordered = sorted(known, key=lambda t: (type_ids[t.event or ""], t.number))
    branches = [
        _type_branch(type_id, list(touchpoints))
        for type_id, touchpoints in groupby(ordered, key=lambda t: type_ids[t.event or ""])
    ]
    if not branches:
        return sql.SQL("NULL::text")
    return sql.SQL("CASE e.type_id {} END").format(sql.SQL(" ").join(branches))


def _type_branch(type_id: int, touchpoints: list[Touchpoint]) -> Expression:
    return sql.SQL("WHEN {} THEN {}").format(sql.Literal(type_id), _first_that_fits(touchpoints))


def _first_that_fits(touchpoints: list[Touchpoint]) -> Expression:
    if len(touchpoints) == 1 and not _conditions(touchpoints[0]):
        return sql.Literal(touchpoints[0].key)
    cases = [
        sql.SQL("WHEN {} THEN {}").format(_all(_conditions(touchpoint)), sql.Literal(touchpoint.key))
        for touchpoint in touchpoints
    ]
    return sql.SQL("CASE {} END").format(sql.SQL(" ").join(cases))


def _conditions(touchpoint: Touchpoint) -> list[Expression]:
    channels = [sql.SQL("e.channel = ANY({})").format(sql.Literal(list(touchpoint.channels)))]
    conditions = [_condition(condition) for condition in touchpoint.when]
    return (channels if touchpoint.channels else []) + conditions


def _all(conditions: list[Expression]) -> Expression:
    return sql.SQL(" AND ").join(conditions) if conditions else sql.SQL("true")


def _condition(condition: Condition) -> Expression:
    value = property_text(condition.property)
    if condition.values:
        return sql.SQL("{} = ANY({})").format(value, sql.Literal(list(condition.values)))
    number = property_number(condition.property)
    bounds = [(">=", condition.minimum), ("<=", condition.maximum)]
    return _all(
        [
            sql.SQL("{} {} {}").format(number, sql.SQL(sign), sql.Literal(bound))
            for sign, bound in bounds
            if bound is not None
        ]
    )


def property_text(name: str) -> Expression:
    return sql.SQL("(e.properties ->> {})").format(sql.Literal(name))


def property_number(name: str) -> Expression:
    """The property as a number; NULL when it is no number, so that one odd value cannot stop an export."""
    return sql.SQL("CASE WHEN {text} ~ {number} THEN ({text})::float8 END").format(
        text=property_text(name), number=sql.Literal(_NUMBER)
    )
