"""The statement that reads the steps of journeys from the ledger: of all journeys, or of some keys only.

One row per step: an event that touches two orders is a step of both.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import LiteralString

from psycopg import sql

from recorrido.journeys import bridge
from recorrido.journeys.blueprint import Attribute, Blueprint, JourneyType, Touchpoint
from recorrido.journeys.matching import property_deadline, property_number, property_text, touchpoint_of_event

PERSON = "person"
OWN_COLUMNS = ("channel", "source")  # an event's own words, which ``first:`` may name beside properties


@dataclass(frozen=True)
class Keys:
    """Whose journeys are read: ids of persons, or of objects; ``names`` are what the log calls them."""

    ids: tuple[int, ...]
    names: tuple[str, ...]


@dataclass(frozen=True)
class Export:
    """What the export of one journey type needs to know; ``horizon`` is the last ledger position it reads.

    ``relation``: the ledger, or what corrections make of it. ``keys`` None: all journeys.
    """

    blueprint: Blueprint
    journey_type: JourneyType
    horizon: int
    type_ids: dict[str, int]
    has_dates: bool
    relation: str = "events_event"
    keys: Keys | None = None

    @property
    def step(self) -> sql.Composable:
        return touchpoint_of_event(self.blueprint, self.type_ids)


def has_key(journey_type: JourneyType) -> sql.Composable:
    """Whether an event belongs to a journey of the type."""
    if journey_type.key == PERSON:
        return sql.SQL("e.leaf_id IS NOT NULL")
    return sql.SQL(
        "coalesce((SELECT bool_or(o IN (SELECT id FROM events_objectref WHERE kind = {kind}))"
        " FROM unnest(e.object_ids) o), false)"
    ).format(kind=sql.Literal(journey_type.key))


def rows(export: Export) -> sql.Composed:
    """The steps of the journeys, one row each, in ledger order."""
    columns = [_column(attribute, export.journey_type) for attribute in export.journey_type.attributes]
    columns += [
        _late_column(export, touchpoint) for touchpoint in bridge.promised_on_events(export.blueprint)
    ]
    columns += [_told_column(name) for name in bridge.told_columns(export.blueprint)]
    weight = export.journey_type.weight
    if weight:
        columns.append(sql.SQL("{} AS weight").format(property_number(weight)))
    return sql.SQL(
        "SELECT {journey} AS journey, e.step, {at} AS at, e.channel, s.name AS source, i.person_id AS person{columns}"
        " FROM {events}"
        " JOIN events_source s ON s.id = e.source_id {key_join} {joins}"
        " WHERE e.step IS NOT NULL AND e.step <> ALL({without}) ORDER BY e.id"
    ).format(
        journey=_journey(export.journey_type),
        at=moment_of(export),
        columns=sql.SQL("").join(sql.SQL(", {}").format(column) for column in columns),
        events=named_events(export),
        without=sql.Literal(list(export.journey_type.without)),
        key_join=_key_join(export),
        joins=sql.SQL(" ").join([*_person_joins(export), *_left_out_joins(export)]),
    )


def _told_column(name: str) -> sql.Composed:
    """A property that the log keeps for every event."""
    return sql.SQL("{} AS {}").format(property_text(name), sql.Identifier(name))


def named_events(export: Export) -> sql.Composable:
    """The events behind the horizon with their touchpoint; OFFSET 0 has it told once per event."""
    return sql.SQL("(SELECT e.*, {step} AS step FROM {events} OFFSET 0) e").format(
        step=export.step, events=_events(export)
    )


def _events(export: Export) -> sql.Composable:
    """All events behind the horizon; or those of the keys, each found by an index, however few or many there are."""
    facts = {"relation": sql.Identifier(export.relation), "horizon": sql.Literal(export.horizon)}
    if export.keys is None:
        return sql.SQL("{relation} e WHERE e.id <= {horizon}").format(**facts)
    return sql.SQL(
        "(SELECT DISTINCT event_id FROM ({found}) found) hit,"
        " LATERAL (SELECT * FROM {relation} seen WHERE seen.id = hit.event_id AND seen.id <= {horizon} OFFSET 0) e"
    ).format(found=_events_of(export), **facts)


def _events_of(export: Export) -> sql.Composable:
    """The ids of the keys' events: told so by themselves, or by a correction laid over them."""
    assert export.keys is not None
    corrected = export.relation != "events_event"
    if export.journey_type.key == PERSON:
        statement = _OF_PERSONS + (_OR_CORRECTED_PERSONS if corrected else "")
    else:
        statement = _OF_OBJECTS + (_OR_CORRECTED_OBJECTS if corrected else "")
    return sql.SQL(statement).format(ids=sql.Literal(list(export.keys.ids)))


# LATERAL … OFFSET 0 keeps the planner at index probes, one per key, however it misjudges their number.
_LEAVES: LiteralString = (
    " FROM unnest({ids}::bigint[]) person(id),"
    " LATERAL (SELECT i.id FROM people_identifier i WHERE i.person_id = person.id OFFSET 0) leaf,"
)
_OF_PERSONS: LiteralString = (
    "SELECT told.id AS event_id" + _LEAVES +
    " LATERAL (SELECT d.id FROM events_of_leaf(leaf.id) d OFFSET 0) told"
)  # fmt: skip
_OR_CORRECTED_PERSONS: LiteralString = (
    " UNION ALL SELECT laid.event_id" + _LEAVES +
    " LATERAL (SELECT o.event_id FROM events_eventoverlay o WHERE o.leaf_id = leaf.id OFFSET 0) laid"
)  # fmt: skip
_OF_OBJECTS: LiteralString = (
    "SELECT told.event_id FROM unnest({ids}::bigint[]) object(id),"
    " LATERAL (SELECT l.event_id FROM events_eventobject l WHERE l.object_id = object.id OFFSET 0) told"
)
_OR_CORRECTED_OBJECTS: LiteralString = (
    " UNION ALL SELECT o.event_id FROM events_eventoverlay o WHERE o.object_ids && {ids}::bigint[]"
)


def _journey(journey_type: JourneyType) -> sql.Composable:
    return sql.SQL("i.person_id" if journey_type.key == PERSON else "k.external_id")


def _key_join(export: Export) -> sql.Composable:
    if export.keys is not None:
        return _key_probe(export.journey_type, export.keys)
    if export.journey_type.key == PERSON:
        return sql.SQL("JOIN people_identifier i ON i.id = e.leaf_id")
    return sql.SQL(
        "CROSS JOIN LATERAL unnest(e.object_ids) o(id)"
        " JOIN events_objectref k ON k.id = o.id AND k.kind = {}"
        " LEFT JOIN people_identifier i ON i.id = e.leaf_id"
    ).format(sql.Literal(export.journey_type.key))


def _key_probe(journey_type: JourneyType, keys: Keys) -> sql.Composable:
    """As the join, for some keys only: a probe per event, never a pass over all persons or objects."""
    person = sql.SQL(
        "JOIN LATERAL (SELECT p.person_id FROM people_identifier p WHERE p.id = e.leaf_id OFFSET 0) i ON true"
    )
    if journey_type.key == PERSON:
        return person
    return sql.SQL(
        "CROSS JOIN LATERAL unnest(e.object_ids) o(id)"
        " JOIN LATERAL (SELECT r.id, r.external_id FROM events_objectref r WHERE r.id = o.id AND r.kind = {kind}"
        "               AND r.id = ANY({ids}::bigint[]) OFFSET 0) k ON true LEFT {person}"
    ).format(kind=sql.Literal(journey_type.key), ids=sql.Literal(list(keys.ids)), person=person)


def _person_joins(export: Export) -> list[sql.Composable]:
    """One join per attribute of the person: the newest value among all identifiers the person has today."""
    statement = _ATTRIBUTE_OF_ALL if export.keys is None else _ATTRIBUTE_OF_ONE
    return [
        sql.SQL(statement).format(key=sql.Literal(attribute.property), alias=_alias(attribute))
        for attribute in export.journey_type.attributes
        if attribute.take == "person"
    ]


_ATTRIBUTE_OF_ALL: LiteralString = (
    "LEFT JOIN (SELECT DISTINCT ON (l.person_id) l.person_id, a.value FROM people_attribute a"
    " JOIN people_identifier l ON l.id = a.identifier_id WHERE a.key = {key}"
    " ORDER BY l.person_id, a.at DESC, a.identifier_id) {alias} ON {alias}.person_id = i.person_id"
)
_ATTRIBUTE_OF_ONE: LiteralString = (
    "LEFT JOIN LATERAL (SELECT a.value FROM people_identifier l,"
    " LATERAL (SELECT * FROM people_attribute t WHERE t.identifier_id = l.id AND t.key = {key} OFFSET 0) a"
    " WHERE l.person_id = i.person_id ORDER BY a.at DESC, a.identifier_id LIMIT 1) {alias} ON true"
)


def _left_out_joins(export: Export) -> list[sql.Composable]:
    """One join per attribute that comes from touchpoints which are no steps of these journeys (a survey's score)."""
    return [
        sql.SQL(
            "LEFT JOIN (SELECT DISTINCT ON (k.id) k.id, {value} AS value FROM {events}"
            " JOIN events_source s ON s.id = e.source_id {key_join}"
            " WHERE e.step = ANY({steps}) AND {value} IS NOT NULL"
            " ORDER BY k.id, e.at {direction}, e.id {direction}) {alias} ON {alias}.id = k.id"
        ).format(
            value=_value(attribute),
            events=named_events(export),
            key_join=_key_join(export),
            steps=sql.Literal(list(attribute.of)),
            direction=sql.SQL("DESC" if attribute.take == "last" else "ASC"),
            alias=_alias(attribute),
        )
        for attribute in export.journey_type.attributes
        if _is_left_out(attribute, export.journey_type)
    ]


def _is_left_out(attribute: Attribute, journey_type: JourneyType) -> bool:
    return bool(attribute.of) and set(attribute.of) <= set(journey_type.without)


def _alias(attribute: Attribute) -> sql.Identifier:
    return sql.Identifier(f"x_{attribute.name}")


def moment_of(export: Export) -> sql.Composable:
    """Times as PostgreSQL writes them; a time of day that means nothing is left away, which is how dates are told."""
    if not export.has_dates:
        return sql.SQL("e.at")
    return sql.SQL(
        "CASE WHEN e.date_only THEN to_char(e.at AT TIME ZONE {}, 'YYYY-MM-DD') ELSE e.at::text END"
    ).format(sql.Literal(export.blueprint.time_zone))


def _column(attribute: Attribute, journey_type: JourneyType) -> sql.Composable:
    value = _value(attribute)
    if _is_left_out(attribute, journey_type):
        value = sql.SQL("{}.value").format(_alias(attribute))
    elif attribute.of:
        value = sql.SQL("CASE WHEN e.step = ANY({}) THEN {} END").format(
            sql.Literal(list(attribute.of)), value
        )
    return sql.SQL("{} AS {}").format(value, sql.Identifier(bridge.column_name(attribute)))


def _late_column(export: Export, touchpoint: Touchpoint) -> sql.Composable:
    """1 where the event came after the moment promised on itself, else 0."""
    assert touchpoint.promise and touchpoint.promise.property
    return sql.SQL("CASE WHEN e.step = {} THEN coalesce((e.at > {})::int, 0) ELSE 0 END AS {}").format(
        sql.Literal(touchpoint.key),
        property_deadline(touchpoint.promise.property, export.blueprint.time_zone),
        sql.Identifier(bridge.late_attribute(touchpoint)),
    )


def _value(attribute: Attribute) -> sql.Composable:
    if attribute.take == "person":
        return sql.SQL("({}.value #>> '{{}}')").format(_alias(attribute))
    if attribute.take == "count":
        return sql.SQL("1")
    if attribute.take == "total":  # a column of nothing but NULL would be no number
        return sql.SQL("coalesce({}, 0)").format(property_number(attribute.property or ""))
    if attribute.property in OWN_COLUMNS:
        return sql.SQL("e.channel" if attribute.property == "channel" else "s.name")
    name = attribute.property or ""
    return property_number(name) if attribute.type == "number" else property_text(name)
