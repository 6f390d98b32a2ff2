"""Columns, readings and reasons as the pages show them."""

from __future__ import annotations

import re
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

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
    """A reading in words, with what it makes of the first cell and how many cells it reads."""
    facts = {"form": form_words(way), "example": way.example, "reads": way.reads, "of": guess.filled}
    if way.example:
        return _("%(form)s – the first is %(example)s – reads %(reads)d of %(of)d") % facts
    return _("%(form)s – reads %(reads)d of %(of)d") % facts


_PARTS = {
    "%d": ("dd", "dd"),
    "%m": ("mm", "mm"),
    "%b": ("mes", "month"),
    "%Y": ("aaaa", "yyyy"),
    "%y": ("aa", "yy"),
    "%H": ("hh", "hh"),
    "%I": ("hh", "hh"),
    "%M": ("mm", "mm"),
    "%S": ("ss", "ss"),
    "%f": ("fff", "fff"),
    "%p": ("a. m./p. m.", "am/pm"),
}


def form_words(way: Reading) -> str:
    """``%d-%m-%Y`` → "dd-mm-aaaa"; decimal marks as a number written so."""
    if way.type == MONEY:
        return _("decimal comma: 1.234,56") if way.form == "," else _("decimal point: 1,234.56")
    named = {
        "excel": _("days since 1900, as a spreadsheet counts"),
        "unix": _("seconds since 1970"),
        "unix_ms": _("milliseconds since 1970"),
    }
    if way.form in named:
        return named[way.form]
    if not way.form:
        return _("year first, with its time zone") if way.zoned else _("yyyy-mm-dd (year first)")
    return _in_letters(way.form.split(AND)[0])


def _in_letters(form: str) -> str:
    from django.utils.translation import get_language

    place = 1 if (get_language() or "es").startswith("en") else 0
    return re.sub(r"%[a-zA-Z]", lambda found: _PARTS.get(found[0], (found[0],) * 2)[place], form)
