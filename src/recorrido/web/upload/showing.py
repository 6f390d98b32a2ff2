"""Columns, readings and reasons as the pages show them."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from recorrido.connectors.files.cells import in_letters
from recorrido.connectors.files.guess import words
from recorrido.connectors.files.guess.columns import BY_BOTH, BY_NAME, BY_NOTHING, Column
from recorrido.connectors.files.guess.readings import AND, MONEY, Reading
from recorrido.connectors.files.uploads.answers import Answers, ColumnAnswer, is_decided, types_for
from recorrido.connectors.files.uploads.looking import Guessed
from recorrido.web.upload import choices


def columns_shown(answers: Answers, guessed: Guessed, wrong: dict[str, str]) -> list[dict[str, Any]]:
    """Per column: the guess, the answer, what can be chosen and what is wrong."""
    by_name = {column.name: column for column in guessed.columns}
    return [
        _shown(number, answer, by_name[answer.name], answers, wrong)
        for number, answer in enumerate(answers.columns)
        if answer.name in by_name
    ]


def _shown(
    number: int, answer: ColumnAnswer, guess: Column, answers: Answers, wrong: dict[str, str]
) -> dict[str, Any]:
    ways = guess.readings.ways_of(types_for(answer.role))
    return {
        "number": number,
        "answer": answer,
        "guess": guess,
        "groups": choices.role_groups(answers.shape),
        "reason": reason(guess),
        "ways": [{"key": way.key, "words": reading_words(way, guess), "chosen": way.form == answer.form} for way in ways],
        "open": bool(ways) and answer.form == "?",
        "ambiguous": bool(ways) and not is_decided(guess, answer.role),
        "unread": guess.filled - max((way.reads for way in ways), default=0) if types_for(answer.role) else 0,
        "is_date": answer.role == words.DATE,
        "is_key": answer.name == answers.key,
        "wrong": {name: wrong.get(f"column.{number}.{name}", "") for name in ("role", "form", "event")},
    }  # fmt: skip


def reason(guess: Column) -> str:
    """Why a column is taken for what it is."""
    if guess.reason == BY_NOTHING:
        return _("all its cells are empty")
    if guess.reason == BY_NAME:
        return _("by its name")
    by_values = _by_values(guess)
    return _("by its name; %s") % by_values if guess.reason == BY_BOTH else by_values


def _by_values(guess: Column) -> str:
    best = guess.readings.best
    if best is not None and guess.role in (words.DATE, words.TIME, words.PROMISE, words.NUMBER):
        facts = {"reads": best.reads, "of": guess.filled}
        return _("%(reads)d of %(of)d cells can be read so") % facts
    if guess.values:
        values = ngettext("%d different value", "%d different values", guess.distinct)
        return values % guess.distinct
    return _("by its cells: %s") % ", ".join(guess.examples[:2])[:60]


def reading_words(way: Reading, guess: Column) -> str:
    """A reading with what it makes of the first cell, and how many cells it reads: "dd-mm-aaaa → 11 jun 2026"."""
    facts = {"form": form_words(way), "example": said_by(way), "reads": way.reads, "of": guess.filled}
    return _("%(form)s → %(example)s (%(reads)d of %(of)d)") % facts


def said_by(way: Reading) -> str:
    """The first cell so that it cannot be misread: the month in letters, the number without thousands."""
    if way.type == MONEY:
        return number_said(float(way.example)) if way.example else "–"
    day, _space, time = way.example.partition(" ")
    if not day:
        return "–"
    return " ".join([date_format(date.fromisoformat(day), "j M Y"), time]).strip()


def number_said(value: float) -> str:
    """A number in the reader's way; a whole one without decimals."""
    return number_format(int(value) if value.is_integer() else value, force_grouping=True)


def form_words(way: Reading) -> str:
    """``%d-%m-%Y`` → "dd-mm-aaaa"; decimal marks as a number written so."""
    if way.type == MONEY:
        return _("decimal comma 1.234,56") if way.form == "," else _("decimal point 1,234.56")
    if not way.form:
        return _("year first, with its time zone") if way.zoned else _("year first")
    return in_letters(way.form.split(AND)[0])


def encoding_words(name: str) -> str:
    """An encoding as people may know it."""
    known = {
        "utf-8": _("UTF-8 (web, new systems)"),
        "cp1252": _("Windows-1252 (Excel and Windows in Western Europe and America)"),
        "iso-8859-15": _("ISO 8859-15 (older Unix systems)"),
        "cp850": _("DOS 850 (old tills and ERPs)"),
        "mac_roman": _("Macintosh"),
        "utf-16": _("UTF-16 (“Unicode text” of Excel)"),
    }
    return known.get(name, name)


def mark_words(mark: str) -> str:
    return {
        ",": _("comma ( , )"),
        ";": _("semicolon ( ; )"),
        "\t": _("tabulator"),
        "|": _("bar ( | )"),
    }.get(mark, mark)
