"""In which ways the cells of a column can be read as numbers, dates and times, and how many of them each way reads.

Two ways that read every cell differently (03-04-2026) are both told: which one is meant only a person can say.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import msgspec

DATE, TIMESTAMP, MONEY = "date", "timestamp", "money"
POINT, COMMA = ".", ","
AND = " | "  # between the forms of a column that writes some of its times longer than others


class Reading(msgspec.Struct, frozen=True):
    """One way: the column's type, its strptime form (dates) or decimal mark (numbers), how many cells it reads.

    ``zoned``: its times name their zone. ``example`` is the first cell as this way reads it.
    """

    type: str
    form: str = ""
    reads: int = 0
    zoned: bool = False
    example: str = ""

    @property
    def key(self) -> str:
        """Names the way in a form field."""
        return f"{self.type}|{self.form}"


class Readings(msgspec.Struct, frozen=True):
    """All ways that read some cell, the best first. ``decided``: only one way can be meant."""

    of: int = 0  # cells looked at
    ways: tuple[Reading, ...] = ()
    decided: bool = True

    @property
    def best(self) -> Reading | None:
        return self.ways[0] if self.ways else None

    @property
    def whole(self) -> bool:
        """Whether the best way reads nearly every cell."""
        return self.best is not None and self.best.reads >= 0.8 * self.of

    def ways_of(self, types: Sequence[str]) -> tuple[Reading, ...]:
        return tuple(way for way in self.ways if way.type in types)


def readings_of(cells: Iterable[str], *, numbers_are_dates: bool = False) -> Readings:
    """How the filled cells of a column can be read. ``numbers_are_dates``: the column's name says so."""
    counted = Counter(cell for cell in cells if cell)
    total = counted.total()
    ways = [*_dates(counted), *_numbers(counted)]
    if numbers_are_dates:
        ways = [*_dates(counted), *_counted_dates(counted), *_numbers(counted)]
    ways = [way for way in ways if way.reads]
    best = max((way.reads for way in ways), default=0)
    equal = [way for way in ways if way.reads == best]
    ordered = sorted(ways, key=lambda way: -way.reads)
    return Readings(total, tuple(ordered), len(equal) <= 1 or not _differ(equal, counted))


def _differ(equal: Sequence[Reading], cells: Mapping[str, int]) -> bool:
    """Whether ways that read equally many cells mean different things by them."""
    if {way.type for way in equal} <= {DATE, TIMESTAMP}:
        return len({way.form for way in equal}) > 1
    numbers = [way for way in equal if way.type == MONEY]
    return len(numbers) > 1 and any(
        value_of_number(cell, POINT) != value_of_number(cell, COMMA) for cell in cells
    )


# Numbers

_SIGN = re.compile(r"^([+-]?) *(US\$|R\$|S/\.?|\$b|\$|€|£|¥|₡|₲|Gs\.?|Bs\.?|[A-Za-z]{3}) *")
_SIGN_AFTER = re.compile(r" *(US\$|R\$|S/\.?|\$b|\$|€|£|¥|₡|₲|Gs\.?|Bs\.?|[A-Za-z]{3})$")


def value_of_number(cell: str, decimal: str) -> float | None:
    """The number a cell says with this decimal mark (the same rule as ``cells``), or None."""
    other = POINT if decimal == COMMA else COMMA
    bare = _SIGN_AFTER.sub("", _SIGN.sub(r"\1", cell.replace("\u00a0", " ")))
    o, d = re.escape(other), re.escape(decimal)
    groups = rf"\d{{1,3}}(?:{o}\d{{3}})+|\d{{1,3}}(?:[ ']\d{{3}})+|\d+"
    if not re.fullmatch(rf"[+-]?(?:{groups})?(?:{d}\d+)?", bare) or not any(map(str.isdigit, bare)):
        return None
    plain = bare.replace(other, "").replace(" ", "").replace("'", "").replace(decimal, ".")
    return float(plain)


def signs_of(cells: Iterable[str]) -> set[str]:
    """The currency signs that stand in the cells."""
    found = (_SIGN.match(cell) or _SIGN_AFTER.search(cell) for cell in cells)
    return {(match[2] if match.re is _SIGN else match[1]) for match in found if match}


def _numbers(cells: Mapping[str, int]) -> Iterator[Reading]:
    for mark in (POINT, COMMA):
        read = [(cell, times) for cell, times in cells.items() if value_of_number(cell, mark) is not None]
        example = repr(value_of_number(read[0][0], mark)) if read else ""
        yield Reading(MONEY, mark, sum(times for _cell, times in read), example=example)


# Dates and times

_MONTH = r"(?P<m>\d{1,2}|[A-Za-zç]{3,10}\.?)"
_TIME = (
    r"(?:(?P<t>[ T]+| a las )(?P<h>\d{1,2}):(?P<mi>\d{2})(?::(?P<s>\d{2})(?P<f>\.\d{1,6})?)?"
    r"(?P<p>\s?[ap]\.?\s?m\.?)?\s?(?P<z>Z|[+-]\d{2}(?::?\d{2})?)?)?"
)
_SHAPES = (
    re.compile(rf"(?P<a>\d{{1,2}})(?P<x>[-/. ]){_MONTH}(?P=x)(?P<y>\d{{4}}|\d{{2}}){_TIME}", re.I),
    re.compile(rf"(?P<y>\d{{4}})(?P<x>[-/.]){_MONTH}(?P=x)(?P<a>\d{{1,2}}){_TIME}", re.I),
    re.compile(rf"(?P<a>\d{{1,2}})(?P<x> de ){_MONTH}(?P=x)(?P<y>\d{{4}}){_TIME}", re.I),
)
_MONTH_WORDS = {
    word: number
    for number, words in enumerate(
        [
            "ene jan",
            "feb fev",
            "mar",
            "abr apr",
            "may mai",
            "jun",
            "jul",
            "ago aug",
            "sep set",
            "oct out",
            "nov",
            "dic dez dec",
        ],
        1,
    )
    for word in words.split()
}


class _Form(msgspec.Struct, frozen=True):
    """How one cell can be read: the date's part and the time's part of a strptime form, and what comes out."""

    date: str
    time: str
    moment: str
    timed: bool  # has a time of day other than midnight
    zoned: bool = False


def _dates(cells: Mapping[str, int]) -> Iterator[Reading]:
    """One reading per way to write a date, whatever times of day stand behind it."""
    found: dict[str, list[tuple[_Form, int]]] = {}
    for cell, times in cells.items():
        for form in forms_of(cell):
            found.setdefault(form.date, []).append((form, times))
    for date, forms in found.items():
        timed = any(form.timed for form, _times in forms)
        parts = dict.fromkeys(form.time for form, _times in forms)
        written = AND.join(date + time for time in sorted(parts, key=len, reverse=True)) if date else ""
        reads = sum(times for _form, times in forms)
        zoned = all(form.zoned for form, _times in forms)
        yield Reading(TIMESTAMP if timed else DATE, written, reads, zoned, forms[0][0].moment)


def forms_of(cell: str) -> Iterator[_Form]:
    """Every order of day and month that a cell allows."""
    for number, shape in enumerate(_SHAPES):
        if match := shape.fullmatch(cell):
            yield from _iso(match) if number == 1 else _day_first(match)


def _iso(match: re.Match[str]) -> Iterator[_Form]:
    time, text, timed = _time_of(match)
    if time is None or not _is_day(match["y"], match["m"], match["a"]):
        return
    zoned = bool(match["z"])
    moment = f"{_day(match['y'], match['m'], match['a'])}{text}"
    if match["x"] == "-" and not match["p"] and match["t"] in (None, " ", "T"):
        yield _Form("", "", moment, timed or zoned, zoned)
    elif not zoned:
        yield _Form(f"%Y{match['x']}{_month_form(match)}{match['x']}%d", time, moment, timed)


def _day_first(match: re.Match[str]) -> Iterator[_Form]:
    time, text, timed = _time_of(match)
    if time is None or match["z"]:
        return  # a zone behind a date that is not ISO: no form reads that
    x, year = match["x"], "%Y" if len(match["y"]) == 4 else "%y"
    orders = [(f"%d{x}{_month_form(match)}{x}{year}", match["y"], match["m"], match["a"])]
    if match["m"].isdigit() and x != " de ":
        orders.append((f"%m{x}%d{x}{year}", match["y"], match["a"], match["m"]))
        if year == "%y":
            orders.append((f"%y{x}%m{x}%d", match["a"], match["m"], match["y"]))
    for form, y, m, d in orders:
        if _is_day(y, m, d):
            yield _Form(form, time, f"{_day(y, m, d)}{text}", timed)


def _month_form(match: re.Match[str]) -> str:
    return "%m" if match["m"].isdigit() else "%b"


def _time_of(match: re.Match[str]) -> tuple[str | None, str, bool]:
    """(strptime form, ISO text, is it another time than midnight); a form of None: no such time of day."""
    if not match["h"]:
        return "", "", False
    hour, half = int(match["h"]), (match["p"] or "").strip().lower()[:1]
    if half:
        if not 1 <= hour <= 12:
            return None, "", False
        hour = hour % 12 + (12 if half == "p" else 0)
    if hour > 23 or int(match["mi"]) > 59 or int(match["s"] or 0) > 59:
        return None, "", False
    form = (
        f"{match['t']}{'%I' if half else '%H'}:%M{':%S' if match['s'] else ''}{'.%f' if match['f'] else ''}"
    )
    form += " %p" if half and match["p"].startswith((" ", "\u00a0")) else "%p" if half else ""
    text = f" {hour:02}:{match['mi']}" + (f":{match['s']}" if match["s"] else "")
    return form, text, text.replace(":", "").strip(" 0") != ""


def _is_day(year: str, month: str, day: str) -> bool:
    y, m, d = _year(year), _month(month), int(day)
    return 1970 <= y <= 2100 and 1 <= m <= 12 and 1 <= d <= monthrange(y, m)[1]


def _year(text: str) -> int:
    """Two digits as strptime takes them: 68 and below are of this century."""
    year = int(text)
    return year if len(text) == 4 else year + (2000 if year < 69 else 1900)


def _month(text: str) -> int:
    return int(text) if text.isdigit() else _MONTH_WORDS.get(text[:3].lower(), 0)


def _day(year: str, month: str, day: str) -> str:
    return f"{_year(year):04}-{_month(month):02}-{int(day):02}"


_COUNTED: tuple[tuple[str, str, Callable[[float], bool]], ...] = (
    ("compact", "%Y%m%d", lambda n: 19700101 <= n <= 21001231 and n == int(n)),
    ("excel", "excel", lambda n: 25569 <= n <= 73050),
    ("unix", "unix", lambda n: 10**8 * 3 <= n <= 4 * 10**9),
    ("unix_ms", "unix_ms", lambda n: 3 * 10**11 <= n <= 4 * 10**12),
)


def _counted_dates(cells: Mapping[str, int]) -> Iterator[Reading]:
    """Moments written as numbers: 20260301, days of a spreadsheet, seconds since 1970."""
    numbers = {cell: value for cell in cells if (value := value_of_number(cell, POINT)) is not None}
    for kind, form, fits in _COUNTED:
        read = {cell: value for cell, value in numbers.items() if fits(value)}
        if kind == "compact":
            read = {c: v for c, v in read.items() if len(c) == 8 and _is_day(c[:4], c[4:6], c[6:])}
        whole = all(value == int(value) for value in read.values())
        type_ = DATE if kind == "compact" or (kind == "excel" and whole) else TIMESTAMP
        yield Reading(type_, form, sum(cells[cell] for cell in read), zoned=kind.startswith("unix"))
