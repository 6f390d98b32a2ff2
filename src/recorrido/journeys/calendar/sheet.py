"""The calendar as a CSV file, out and in. Every bad cell of a file is told by its line and column; nothing is kept of such a file."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from recorrido.journeys.blueprint import Blueprint
from recorrido.journeys.calendar.actions import EntryFields
from recorrido.journeys.calendar.cells import date_of, key_of, kind_of, label_of, names_of, order_of
from recorrido.journeys.calendar.errors import BadCalendar
from recorrido.journeys.calendar.models import CalendarEntry
from recorrido.journeys.errors import BadCell
from recorrido.shared.sheets import armed
from trayecto.blueprint.fields import suggestion

COLUMNS = ("date", "label", "kind", "touchpoint", "department")
NEEDED = ("date", "label")
ALSO = {
    "fecha": "date", "día": "date", "dia": "date", "day": "date",
    "qué": "label", "que": "label", "qué cambió": "label", "descripción": "label", "descripcion": "label", "what": "label",
    "clase": "kind", "tipo": "kind", "type": "kind", "punto de contacto": "touchpoint", "departamento": "department",
}  # fmt: skip
MOST_BYTES, MOST_ROWS = 500_000, 1000

Lines = list[tuple[int, dict[str, str]]]  # cells by column, with the line of the file on which the row begins


def csv_rows(entries: Iterable[CalendarEntry]) -> list[list[str]]:
    """One row per entry, a text for each of ``COLUMNS``."""
    return [[str(one.fields[name]) for name in COLUMNS] for one in entries]


def read_calendar_file(data: bytes, blueprint: Blueprint | None) -> list[EntryFields]:
    """The entries of a CSV file; columns it does not have are left out. Raises BadCalendar with every bad cell."""
    bad: list[BadCell] = []
    lines = _lines(_text(data), bad)
    reading = _Reading(blueprint, order_of(cells["date"] for _place, cells in lines if "date" in cells), bad)
    rows = [reading.row(place, cells) for place, cells in lines]
    bad += _said_twice(lines)
    if bad:
        raise BadCalendar(sorted(bad, key=lambda cell: cell.row))
    return rows


def _text(data: bytes) -> str:
    if len(data) > MOST_BYTES:
        facts = {"most": MOST_BYTES // 1000}
        raise BadCalendar([BadCell(0, "", _("the file has more than %(most)s kB") % facts)])
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = _("the file is not UTF-8 text; save it as “CSV UTF-8”")
        raise BadCalendar([BadCell(0, "", message)]) from error
    if "\x00" in text:
        raise BadCalendar([BadCell(0, "", _("this is no CSV file"))])
    return text


def _lines(text: str, bad: list[BadCell]) -> Lines:
    first = text.splitlines()[0] if text.strip() else ""
    reader = csv.reader(io.StringIO(text), delimiter=";" if first.count(";") > first.count(",") else ",")
    header = _header(next(reader, []))
    found: Lines = []
    for place, cells in _placed(reader, bad):
        if len(found) == MOST_ROWS:
            facts = {"most": MOST_ROWS}
            raise BadCalendar([BadCell(place, "", _("at most %(most)s entries at once") % facts)])
        if len(cells) > len(header):
            bad.append(BadCell(place, "", _("this row has more cells than the header")))
        pairs = zip(header, cells + [""] * len(header), strict=False)
        found.append((place, {name: armed(cell.strip()) for name, cell in pairs if name}))
    return found


def _placed(reader: Any, bad: list[BadCell]) -> Iterator[tuple[int, list[str]]]:
    """The rows that are not empty, each with its line."""
    place = reader.line_num + 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield place, cells
            place = reader.line_num + 1
    except csv.Error as error:
        bad.append(BadCell(place, "", str(error)))


def _header(cells: list[str]) -> list[str]:
    told = [cell.strip().casefold() for cell in cells]
    names = [ALSO.get(name, name) for name in told]
    missing = [
        BadCell(1, name, _("the column “%(name)s” is missing") % {"name": name})
        for name in NEEDED
        if name not in names
    ]
    if len(missing) == len(NEEDED):
        raise BadCalendar([BadCell(1, "", _no_calendar())])
    message = _("“%(name)s” is no column of the calendar%(mend)s")
    bad = [
        BadCell(1, name, message % {"name": name, "mend": suggestion(name, COLUMNS)})
        for name in names
        if name and name not in COLUMNS
    ]
    if bad or missing:
        raise BadCalendar([*bad, *missing])
    return names


def _no_calendar() -> str:
    return _("this is no calendar: its first row must name the columns date (fecha) and label (qué)")


def _said_twice(lines: Lines) -> Iterator[BadCell]:
    seen: dict[tuple[str, str], int] = {}
    for place, cells in lines:
        name = (cells["date"], cells["label"])
        if name in seen:
            yield BadCell(place, "", _("this row says the same as line %(line)s") % {"line": seen[name]})
        seen.setdefault(name, place)


@dataclass
class _Reading:
    """One file on its way in: ``order`` of its days; what is wrong with it is gathered in ``bad``."""

    blueprint: Blueprint | None
    order: str
    bad: list[BadCell]
    touchpoints: Mapping[str, str] = field(init=False)
    departments: Mapping[str, str] = field(init=False)

    def __post_init__(self) -> None:
        touchpoints = self.blueprint.touchpoints if self.blueprint else ()
        self.touchpoints = names_of({one.key: one for one in touchpoints})
        self.departments = names_of(self.blueprint.departments) if self.blueprint else {}

    def row(self, place: int, cells: Mapping[str, str]) -> EntryFields:
        """The cells as values; a bad one is noted, and its value means nothing."""
        readers: dict[str, Callable[[str], Any]] = {
            "date": lambda text: date_of(text, self.order),
            "label": label_of,
            "kind": kind_of,
            "touchpoint": lambda text: key_of(text, self.touchpoints),
            "department": lambda text: key_of(text, self.departments),
        }
        row: Any = {}
        for column, text in cells.items():
            try:
                row[column] = readers[column](text)
            except ValueError as error:
                self.bad.append(BadCell(place, column, str(error)))
        return row  # type: ignore[no-any-return]
