"""What a person has confirmed about a file: kept with the upload, and made into a mapping."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

import msgspec

from recorrido.connectors.files.guess import words
from recorrido.connectors.files.guess.columns import Column
from recorrido.connectors.files.guess.readings import DATE, TIMESTAMP
from recorrido.connectors.files.guess.shapes import DATES, EVENTS, Shape, kinds_column
from recorrido.connectors.files.written import Written
from recorrido.journeys.drafting.vocabulary import label_of, name_of

ONCE, EACH = "once", "each"
"""Rows that say the same thing twice: told twice and counted once, or two things that happened."""

SUM, SAME = "sum", "same"
"""An amount that stands on each of an order's rows: of the line, to be added up, or of the whole order."""


class ColumnAnswer(msgspec.Struct, frozen=True):
    """A column: what it is for, and how its cells are read (``type`` and ``form`` of a reading; text otherwise)."""

    name: str
    role: str = words.LEAVE
    type: str = "text"
    form: str = ""
    event: str = ""  # of a date: the event type it becomes
    label: str = ""


class ValueAnswer(msgspec.Struct, frozen=True):
    """A value of the column with the kinds of events; ``event`` "" = rows with it are left out."""

    value: str
    event: str
    label: str


class Answers(msgspec.Struct, frozen=True):
    """All of it. ``key``: the column with the order or case; ``channels``: values of the channel column → channels."""

    shape: str = DATES
    key: str = ""
    columns: tuple[ColumnAnswer, ...] = ()
    values: tuple[ValueAnswer, ...] = ()
    channels: dict[str, str] = {}
    source: str = ""
    zone: str = ""
    country: str = ""
    currency: str = ""
    channel: str = ""
    repeats: str = ONCE
    amounts: str = SUM

    def of_role(self, *roles: str) -> tuple[ColumnAnswer, ...]:
        return tuple(column for column in self.columns if column.role in roles)

    def column(self, name: str) -> ColumnAnswer | None:
        return next((column for column in self.columns if column.name == name), None)

    @property
    def key_kind(self) -> str:
        """What kind of object the key is; "person" where it identifies persons."""
        column = self.column(self.key)
        if column is None or column.role in words.PERSONS:
            return "person"
        return column.role if column.role in words.KEYS else "order"

    @property
    def dates(self) -> tuple[ColumnAnswer, ...]:
        """The dates that become events."""
        return tuple(column for column in self.of_role(words.DATE) if column.event)


def written_to_dict(written: Written) -> dict[str, Any]:
    return asdict(written)


def written_of(stored: dict[str, Any]) -> Written:
    return Written(**stored)


SINGLE = (*words.OBJECTS, *words.PERSONS, words.AMOUNT, words.STATUS, words.CHANNEL, words.EVENT, words.TIME,
          words.PROMISE, words.NAME, words.ROW)  # fmt: skip
"""Roles that one column at most can have."""


def first_answers(columns: Sequence[Column], shape: Shape) -> Answers:
    """The guesses as answers to begin with; what is ambiguous stays open (a reading without a form)."""
    taken: set[str] = set()
    found: list[ColumnAnswer] = []
    names: set[str] = set()
    kinds = kinds_column(columns) if shape.kind == EVENTS else None
    for column in columns:
        role = words.EVENT if column is kinds else _role_in(shape, column)
        if role in SINGLE and role in taken and column.name != shape.key:
            role = words.PROPERTY if column.values else words.LEAVE
        taken.add(role)
        found.append(_answer(column, role, key_kind(columns, shape), names))
    values = _values(columns, shape)
    return Answers(shape.kind, shape.key, alike(found, columns), values, _channels(columns))


def alike(answers: Iterable[ColumnAnswer], columns: Iterable[Column]) -> tuple[ColumnAnswer, ...]:
    """Columns that could be read in two ways, read as the others of the file: a proposal, for a person to confirm.

    Where nothing in the file tells, or the others differ among themselves, they stay open.
    """
    answers, guesses = tuple(answers), {column.name: column for column in columns}
    chosen = {answer.form for answer in answers if types_for(answer.role) and answer.form not in ("", "?")}
    return tuple(_as_the_others(answer, guesses.get(answer.name), chosen) for answer in answers)


def _as_the_others(answer: ColumnAnswer, guess: Column | None, chosen: set[str]) -> ColumnAnswer:
    ways = guess.readings.ways_of(types_for(answer.role)) if guess and answer.form == "?" else ()
    fitting = [way for way in ways if way.form in chosen and way.reads == ways[0].reads]
    if len(fitting) != 1:
        return answer
    return msgspec.structs.replace(answer, type=fitting[0].type, form=fitting[0].form)


def key_kind(columns: Iterable[Column], shape: Shape) -> str:
    column = next((column for column in columns if column.name == shape.key), None)
    return column.role if column is not None and column.role in words.KEYS else "order"


def _role_in(shape: Shape, column: Column) -> str:
    if shape.kind == EVENTS and column.role == words.DATE:
        return words.TIME
    if shape.kind != EVENTS and column.role == words.EVENT:
        return words.PROPERTY
    if column.name == shape.key and column.role not in (*words.KEYS, *words.PERSONS):
        return "order"
    if shape.kind not in (EVENTS, DATES):
        kept = (*words.PERSONS, words.NAME, words.ATTRIBUTE)
        return column.role if column.role in kept else words.ATTRIBUTE if column.values else words.LEAVE
    return column.role


def _answer(column: Column, role: str, kind: str, names: set[str]) -> ColumnAnswer:
    type_, form = reading_for(column, role)
    event = label = ""
    if role == words.DATE:
        event, label = _unused(name_of(column.name, kind), column.name, kind, names), label_of(column.name)
        names.add(event)
    return ColumnAnswer(column.name, role, type_, form, event, label)


def _unused(event: str, name: str, kind: str, names: set[str]) -> str:
    """Two dates may mean the same at first sight: the second is called by its own words."""
    if event not in names:
        return event
    from recorrido.shared.plain import slug

    plain = f"{kind}.{slug(name) or 'event'}"
    number, found = 1, plain
    while found in names:
        number += 1
        found = f"{plain}_{number}"
    return found


def types_for(role: str) -> tuple[str, ...]:
    """The types of readings a role needs; () = text."""
    if role in (words.DATE, words.TIME, words.PROMISE):
        return (DATE, TIMESTAMP)
    return ("money",) if role in (words.AMOUNT, words.NUMBER) else ()


def reading_for(column: Column, role: str) -> tuple[str, str]:
    """(type, form) that the guess proposes for a role; the type alone where several readings are equally good."""
    ways = column.readings.ways_of(types_for(role))
    if not types_for(role):
        return "text", ""
    if not ways:
        return types_for(role)[0], "?"
    return ways[0].type, ways[0].form if is_decided(column, role) else "?"


def is_decided(column: Column, role: str) -> bool:
    ways = column.readings.ways_of(types_for(role))
    return column.readings.decided or len([way for way in ways if way.reads == ways[0].reads]) <= 1


def new_event(value: str, kind: str, names: set[str]) -> str:
    """A name for the events of one more value; it counts as taken from now on."""
    event = _unused(name_of(value, kind), value, kind, names)
    names.add(event)
    return event


def _values(columns: Sequence[Column], shape: Shape) -> tuple[ValueAnswer, ...]:
    """Each value of the column with the kinds of events as an event type."""
    column = kinds_column(columns)
    if shape.kind != EVENTS or column is None:
        return ()
    kind, names = key_kind(columns, shape), set[str]()
    return tuple(
        ValueAnswer(value, new_event(value, kind, names), value[:1].upper() + value[1:])
        for value, _times in column.values
    )


_CHANNEL_WORDS: tuple[tuple[str, str], ...] = (
    ("whatsapp", r"\b(whatsapp|wsp|wa)\b"),
    ("marketplace", r"\b(marketplace|mercado libre|mercadolibre|falabella|amazon|linio|dafiti|ripley)\b"),
    ("phone", r"\b(telefono|fono|phone|call|telefonic[oa]|llamada)\b"),
    ("app", r"\b(app|movil|mobile|android|ios)\b"),
    ("web", r"\b(web|online|en linea|ecommerce|e commerce|internet)\b"),  # before the shop: "tienda web"
    ("store", r"\b(tienda|store|local|sucursal|pos|presencial|retail|loja|caja)\b"),
    ("email", r"\b(e?mails?|correo)\b"),
    ("chat", r"\b(chat|chatbot|bot)\b"),
    ("sms", r"\bsms\b"),
    ("social", r"\b(facebook|instagram|redes|social|tiktok|twitter|rrss)\b"),
    ("web", r"\b(sitio|site|shop)\b"),
)


def _channels(columns: Sequence[Column]) -> dict[str, str]:
    column = next((one for one in columns if one.role == words.CHANNEL), None)
    return {value: channel_of(value) for value, _times in column.values} if column else {}


def channel_of(value: str) -> str:
    """The channel that a word of a file means, "" for none we know."""
    import re

    from recorrido.shared.plain import plain_words

    text = plain_words(value)
    return next((channel for channel, pattern in _CHANNEL_WORDS if re.search(pattern, text)), "")
