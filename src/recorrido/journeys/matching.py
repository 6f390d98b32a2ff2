"""Which touchpoint an event is, said in SQL: the first of the file whose type, channel and conditions fit.

The statements speak of ``events_event e``. Everything that comes from a blueprint enters as a quoted literal.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby

from psycopg import sql

from recorrido.journeys.blueprint import Blueprint, Touchpoint
from trayecto.blueprint.design import Condition

Expression = sql.Composable
_NUMBER = r"^[-+]?[0-9]{1,18}(\.[0-9]+)?([eE][-+]?[0-9]{1,2})?$"

_MOMENT = r"^([12]\d{3})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d(?:\.\d{1,6})?))?)?(Z|[+-]\d\d:\d\d)?$"


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


def property_deadline(name: str, zone: str) -> Expression:
    """The moment in a property as timestamptz; NULL for what is no moment. Without an offset it is read in ``zone``;
    a midnight there is a date, and lasts until the end of its day.

    Put together by adding lengths: unlike a cast, that cannot fail on 31 February and stop an export. OFFSET 0 keeps
    the planner from writing each part out wherever it is used, which made the text be matched a dozen times per row.
    """
    return sql.SQL(
        "(SELECT t.moment + CASE WHEN (t.moment AT TIME ZONE {zone})::time = '00:00' THEN interval '1 day'"
        "                        ELSE interval '0' END"
        " FROM (SELECT CASE WHEN m.part IS NULL THEN NULL"
        "              WHEN m.part[7] IS NULL THEN m.local AT TIME ZONE {zone}"
        "              WHEN m.part[7] = 'Z' THEN m.local AT TIME ZONE 'UTC'"
        "              ELSE (m.local AT TIME ZONE 'UTC') - m.part[7]::interval END AS moment"
        "       FROM (SELECT p.part, make_timestamp(p.part[1]::int, 1, 1, 0, 0, 0)"
        "                    + make_interval(months => p.part[2]::int - 1, days => p.part[3]::int - 1,"
        "                                    hours => coalesce(p.part[4], '0')::int, mins => coalesce(p.part[5], '0')::int,"
        "                                    secs => coalesce(p.part[6], '0')::float8) AS local"
        "             FROM (SELECT regexp_match({text}, {pattern}) AS part OFFSET 0) p OFFSET 0) m OFFSET 0) t)"
    ).format(zone=sql.Literal(zone), text=property_text(name), pattern=sql.Literal(_MOMENT))
