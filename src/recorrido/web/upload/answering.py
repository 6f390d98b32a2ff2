"""What the form of the columns says, as answers."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from django.http import QueryDict

from recorrido.connectors.files.guess import words
from recorrido.connectors.files.guess.columns import Column
from recorrido.connectors.files.guess.shapes import DATES, SHAPES, Shape
from recorrido.connectors.files.uploads.answers import (
    EACH,
    ONCE,
    SAME,
    SUM,
    Answers,
    ColumnAnswer,
    ValueAnswer,
    alike,
    first_answers,
    new_event,
    reading_for,
    types_for,
)
from recorrido.connectors.files.uploads.looking import Guessed
from recorrido.connectors.files.uploads.queries import confirmed_last
from recorrido.journeys.drafting.vocabulary import label_of, name_of
from recorrido.web.upload import choices


def proposed(answers: Answers) -> Answers:
    """With a proposal where nothing was answered yet: shown, and confirmed with the rest.

    Zone, country and currency are those confirmed for the last file. Of the first one nobody said them: they stay
    open, for no setting of the installation knows where a file comes from.
    """
    last = confirmed_last()
    said = {name: getattr(answers, name) or value for name, value in last.items()}
    return msgspec.structs.replace(answers, source=answers.source or choices.DEFAULT_SOURCE, **said)


def of_the_country(answers: Answers) -> Answers:
    """Zone and currency that a country brings along where none was chosen: to be shown, never taken unseen."""
    return msgspec.structs.replace(
        answers,
        zone=answers.zone or choices.zone_of(answers.country),
        currency=answers.currency or choices.currency_of(answers.country),
    )


def answers_said(said: QueryDict, before: Answers, guessed: Guessed) -> Answers:
    """The answers of a form. Another shape or key than before brings its own proposals along."""
    shape = said.get("shape", before.shape)
    shape = shape if shape in SHAPES else before.shape
    key = said.get("key", before.key)
    if shape != said.get("shown_shape", before.shape):
        fresh = first_answers(guessed.columns, Shape(shape, key))
        before = msgspec.structs.replace(fresh, key=key)
        said = _without_columns(said)
    by_name = {column.name: column for column in guessed.columns}
    columns = tuple(
        _column(said, number, old, by_name.get(old.name), key) for number, old in enumerate(before.columns)
    )
    if said.get("do") != "check":  # shown before it counts: what is not seen is never applied
        columns = alike(columns, guessed.columns)
    answers = _with_settings(Answers(shape=shape, key=key, columns=columns), said, before)
    if said.get("do") != "check":
        answers = of_the_country(answers)
    return _with_values(answers, said, before, by_name)


def _without_columns(said: QueryDict) -> QueryDict:
    kept = said.copy()
    for name in [name for name in kept if name.startswith(("column.", "value."))]:
        del kept[name]
    return kept


def _with_settings(answers: Answers, said: QueryDict, before: Answers) -> Answers:
    repeats, amounts = said.get("repeats", before.repeats), said.get("amounts", before.amounts)
    return msgspec.structs.replace(
        answers,
        source=said.get("source", before.source).strip()[:80],
        zone=said.get("zone", before.zone),
        country=said.get("country", before.country).upper()[:2],
        currency=said.get("currency", before.currency).upper()[:3],
        channel=said.get("channel", before.channel),
        repeats=repeats if repeats in (ONCE, EACH) else before.repeats,
        amounts=amounts if amounts in (SUM, SAME) else before.amounts,
    )


def _column(said: QueryDict, number: int, old: ColumnAnswer, guess: Column | None, key: str) -> ColumnAnswer:
    role = said.get(f"column.{number}.role", old.role)
    role = role if role in words.ROLES else old.role
    type_, form = _reading(said.get(f"column.{number}.form"), role, old, guess)
    event = said.get(f"column.{number}.event", old.event).strip()[:80]
    label = said.get(f"column.{number}.label", old.label).strip()[:80]
    if role == words.DATE:
        event, label = event or name_of(old.name), label or label_of(old.name)
    return ColumnAnswer(old.name, role, type_, form, event, label)


def _reading(said: str | None, role: str, old: ColumnAnswer, guess: Column | None) -> tuple[str, str]:
    """(type, form): what was chosen, where it fits the role; else what the guess proposes for the role."""
    wanted = types_for(role)
    if not wanted:
        return "text", ""
    type_, _bar, form = (said if said is not None else f"{old.type}|{old.form}").partition("|")
    known = {way.key for way in guess.readings.ways} if guess else set()
    if type_ in wanted and (f"{type_}|{form}" in known or form == "?"):
        return type_, form
    return reading_for(guess, role) if guess else (wanted[0], "?")


def _with_values(
    answers: Answers, said: QueryDict, before: Answers, columns: Mapping[str, Column]
) -> Answers:
    """Kinds of events and channels, value by value; those of a column that has just been chosen are proposed."""
    kinds = answers.of_role(words.EVENT)
    values = before.values
    if kinds and before.of_role(words.EVENT) != kinds and answers.shape != DATES:
        values = _proposed_values(columns[kinds[0].name], answers.key_kind)
    channels = answers.of_role(words.CHANNEL)
    words_of_channels = before.channels
    if channels and {column.name for column in before.of_role(words.CHANNEL)} != {channels[0].name}:
        words_of_channels = choices.channels_of(columns[channels[0].name])
    return msgspec.structs.replace(
        answers,
        values=tuple(_value(said, number, value) for number, value in enumerate(values)),
        channels={
            value: said.get(f"channel.{number}", word)
            for number, (value, word) in enumerate(words_of_channels.items())
        } if channels else {},
    )  # fmt: skip


def _proposed_values(column: Column, kind: str) -> tuple[ValueAnswer, ...]:
    names: set[str] = set()
    return tuple(
        ValueAnswer(value, new_event(value, kind, names), value[:1].upper() + value[1:])
        for value, _times in column.values
    )


def _value(said: QueryDict, number: int, old: ValueAnswer) -> ValueAnswer:
    return ValueAnswer(
        old.value,
        said.get(f"value.{number}.event", old.event).strip()[:80],
        said.get(f"value.{number}.label", old.label).strip()[:80],
    )
