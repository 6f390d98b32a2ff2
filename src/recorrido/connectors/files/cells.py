"""Cells as SQL: a text into the type of its column, NULL where it is no such value."""

from __future__ import annotations

import re
from collections.abc import Mapping

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from recorrido.connectors.files.mapping import Column, Table

_MONEY_SIGNS = r"(US\$|R\$|S/\.?|\$b|\$|€|£|¥|₡|₲|Gs\.?|Bs\.?|[A-Za-z]{3})"
_MONTHS = (
    ("ene|jan", "Jan"),
    ("feb|fev", "Feb"),
    ("mar", "Mar"),
    ("abr|apr", "Apr"),
    ("may|mai", "May"),
    ("jun", "Jun"),
    ("jul", "Jul"),
    ("ago|aug", "Aug"),
    ("sep|set", "Sep"),
    ("oct|out", "Oct"),
    ("nov", "Nov"),
    ("dic|dez|dec", "Dec"),
)

CLOCK = ("%H:%M:%S", "%H:%M", "%I:%M:%S %p", "%I:%M %p", "%I:%M:%S%p", "%I:%M%p")
"""How a time of day alone is written."""


def quoted(name: str) -> str:
    """A name for use in SQL."""
    return '"' + name.replace('"', '""') + '"'


def literal(value: str) -> str:
    """A text for use in SQL."""
    return "'" + value.replace("'", "''") + "'"


def plain_cell(column: str) -> str:
    """The cell as text; an empty one is NULL."""
    return f"nullif(trim({quoted(column)}), '')"


def cell_as_typed(column: str, table: Table, zone: str) -> str:
    """The cell as its column's type. Moments come out as local time of ``zone``."""
    how = table.columns.get(column, Column("text"))
    text = plain_cell(column)
    if how.type in ("date", "timestamp"):
        return moment(text, how, zone)
    return _plain(text, how.type, _figure(text, how, table.decimal))


def says_of(column: Column) -> str:
    """What is wrong with a cell that is no such value, and how one is written."""
    if column.formats:
        forms = _(" or ").join(in_letters(form) for form in column.formats)
        return _("not a date that is there, written as %(forms)s") % {"forms": forms}
    if column.decimal:
        example = "1.234,56" if column.decimal == "," else "1,234.56"
        return _("not a number written as %(example)s") % {"example": example}
    if column.type == "time":
        return _("not a time of day, such as 15:30 or 3:30 pm")
    return _("not a value of the type %(type)s") % {"type": column.type}


def in_letters(form: str) -> str:
    """A form of strptime as people write it: "dd-mm-aaaa"."""
    counted = {
        "excel": _("days since 1900, as a spreadsheet counts"),
        "unix": _("seconds since 1970"),
        "unix_ms": _("milliseconds since 1970"),
    }
    place = 1 if (get_language() or "es").startswith("en") else 0
    return counted.get(form) or re.sub(r"%[a-zA-Z]", lambda f: _LETTERS.get(f[0], (f[0],) * 2)[place], form)


_LETTERS = {
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


def _plain(text: str, kind: str, figure: str) -> str:
    plain: Mapping[str, str] = {
        "text": text,
        "integer": f"CASE WHEN regexp_full_match({figure}, '[+-]?[0-9]+') THEN TRY_CAST({figure} AS BIGINT) END",
        "number": f"CASE WHEN isfinite(TRY_CAST({figure} AS DOUBLE)) THEN TRY_CAST({figure} AS DOUBLE) END",
        "money": f"TRY_CAST({figure} AS DECIMAL(18, 4))",
        "boolean": f"CASE WHEN lower({text}) IN ('true','t','yes','y','1','si','sí') THEN true"
        f" WHEN lower({text}) IN ('false','f','no','n','0') THEN false END",
        "time": f"CAST(try_strptime({_spoken(text, CLOCK)}, [{', '.join(map(literal, CLOCK))}]) AS TIME)",
    }
    return plain[kind]


def _figure(text: str, how: Column, decimal: str) -> str:
    """The text as a number is written in SQL."""
    if how.decimal:
        return _with_own_mark(text, how.decimal)
    return _with_decimal_comma(text) if decimal == "," else text


def _with_decimal_comma(text: str) -> str:
    """Points may only part thousands: ``1000.50`` read as 100050 would be wrong a hundredfold and look right."""
    well_written = r"[+-]?([0-9]{1,3}(\.[0-9]{3})+|[0-9]*)(,[0-9]*)?"
    return (
        f"CASE WHEN regexp_full_match({text}, '{well_written}') "
        f"THEN replace(replace({text}, '.', ''), ',', '.') END"
    )


def _with_own_mark(text: str, decimal: str) -> str:
    """As people write sums: a currency's sign, groups of three parted by the other mark, a space or an apostrophe."""
    other = "." if decimal == "," else ","
    bare = (
        f"regexp_replace(regexp_replace(replace({text}, '\u00a0', ' '), '^([+-]?) *{_MONEY_SIGNS} *', '\\1'), "
        f"' *{_MONEY_SIGNS}$', '')"
    )
    groups = f"[0-9]{{1,3}}(?:[{other}][0-9]{{3}})+|[0-9]{{1,3}}(?:[ ''][0-9]{{3}})+|[0-9]+"
    well_written = f"[+-]?(?:{groups})?(?:[{decimal}][0-9]+)?"
    cleaned = f"translate({bare}, '{other} ''', '')"
    return (
        f"CASE WHEN regexp_full_match({bare}, '{well_written}') "
        f"THEN nullif(replace({cleaned}, '{decimal}', '.'), '') END"
    )


def moment(text: str, how: Column, zone: str) -> str:
    """A date or a time, by the column's forms; without any as ISO 8601 writes it."""
    if not how.formats:
        # A written zone counts; what comes out is local time of the mapping's zone, like all other times.
        found = (
            f"CASE WHEN length({text}) > 10 AND regexp_matches({text}, '(Z|[+-][0-9]{{2}}(:?[0-9]{{2}})?)$') "
            f"THEN timezone({literal(zone)}, TRY_CAST({text} AS TIMESTAMPTZ)) "
            f"ELSE TRY_CAST({text} AS TIMESTAMP) END"
        )
    elif how.formats[0] in ("excel", "unix", "unix_ms"):
        found = _counted(text, how.formats[0], zone)
    else:
        forms = ", ".join(literal(form) for form in how.formats)
        found = f"try_strptime({_spoken(text, how.formats)}, [{forms}])"
    return f"CAST({found} AS DATE)" if how.type == "date" else found


def _counted(text: str, form: str, zone: str) -> str:
    number = f"TRY_CAST({text} AS DOUBLE)"
    if form == "excel":
        since = f"to_seconds(CAST(round({number} * 86400) AS BIGINT))"
        return f"CASE WHEN {number} BETWEEN 1 AND 2958465 THEN TIMESTAMP '1899-12-30' + {since} END"
    seconds = number if form == "unix" else f"({number} / 1000)"
    inside = f"{seconds} BETWEEN 0 AND 32503680000"
    return f"CASE WHEN {inside} THEN timezone({literal(zone)}, to_timestamp({seconds})) END"


def _spoken(text: str, formats: tuple[str, ...]) -> str:
    """Months and halves of the day as Spanish and Portuguese write them, into the English that strptime knows."""
    if any("%b" in form for form in formats):
        for word, month in _MONTHS:
            text = f"regexp_replace({text}, '(?i)\\b({word})[a-zç]*\\.?', '{month}')"
    if any("%p" in form for form in formats):
        text = f"regexp_replace({text}, '(?i)\\b([ap])\\.?[ \u00a0]?m\\b\\.?', '\\1m')"
    return text
