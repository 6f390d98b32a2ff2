"""The touchpoints of a design as a table, one row each with all fields, and such a table as touchpoints again."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from recorrido.journeys.blueprint import read_blueprint
from recorrido.journeys.drafting.text import Design, label_in, section, text_of
from recorrido.journeys.errors import BadCell, BadInventory, BlueprintInvalid
from recorrido.shared.numbers import number_said
from recorrido.shared.sheets import armed
from trayecto.blueprint.fields import suggestion

PLAIN = ("event", "time", "stage", "phase", "owner", "nature", "direction", "lost_after")
FLAGS = ("planned", "exceptional")
NUMBERS = ("importance", "cost", "position")
NESTED = {
    "gate": ("mandatory", "origin", "rejected"),
    "promise": ("within", "working_days", "working_hours", "property", "since", "calendar"),
    "watch": ("kind", "of", "at_least"),
}
INNER_FLAGS, INNER_NUMBERS = ("mandatory",), ("working_days", "working_hours", "at_least")
COLUMNS = (
    "key", "label_es", "label_en", "event", "channels", "when", "time", "stage", "phase", "owner", "nature", "direction",
    "planned", "importance", "exceptional", "gate_mandatory", "gate_origin", "gate_rejected", "promise_within",
    "promise_working_days", "promise_working_hours", "promise_property", "promise_since", "promise_calendar",
    "lost_after", "cost", "watch_kind", "watch_of", "watch_at_least", "position",
)  # fmt: skip
YES, NO = ("yes", "true", "1", "sí", "si", "x"), ("no", "false", "0")
MOST_BYTES, MOST_ROWS = 2_000_000, 2000

Cells = Mapping[str, Any]


# --- out ----------------------------------------------------------------------------------------------------------


def inventory_of(design: Design) -> list[dict[str, Any]]:
    """One row per touchpoint in the order of the file, with a value or None for each of ``COLUMNS``."""
    return [
        _row(str(key), fields if isinstance(fields, dict) else {})
        for key, fields in section(design, "touchpoints").items()
    ]


def _row(key: str, fields: Design) -> dict[str, Any]:
    row: dict[str, Any] = dict.fromkeys(COLUMNS)
    row |= {
        "key": key,
        "label_es": label_in(fields.get("label"), "es", key),
        "label_en": label_in(fields.get("label"), "en", key),
    }
    row |= {name: fields.get(name) for name in (*PLAIN, *FLAGS, *NUMBERS)}
    channels = fields.get("channels")
    row["channels"] = [channels] if isinstance(channels, str) else channels
    row["when"] = fields.get("when")
    for name, inner in NESTED.items():
        told = fields.get(name)
        if name == "watch" and told is not None and not isinstance(told, dict):
            told = {"kind": "off" if told is False else told}  # YAML reads a bare ``off`` as no
        row |= {f"{name}_{one}": told.get(one) for one in inner} if isinstance(told, dict) else {}
    return row


def csv_rows(rows: Iterable[Cells]) -> list[list[str]]:
    """The rows as texts: lists joined by spaces, conditions as JSON, yes and no; numbers as the reader writes them."""
    return [[_text(row[name]) for name in COLUMNS] for row in rows]


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return " ".join(map(str, value))
    if isinstance(value, float):
        return number_said(value)
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else str(value)


# --- in -----------------------------------------------------------------------------------------------------------


def read_inventory(data: bytes) -> list[dict[str, Any]]:
    """Rows of a CSV or JSON file, values by column. Raises BadInventory, every bad cell by row and column."""
    if len(data) > MOST_BYTES:
        raise BadInventory(
            [BadCell(0, "", _("the file has more than %(most)s MB") % {"most": MOST_BYTES // 10**6})]
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = _("the file is not UTF-8 text; save it as “CSV UTF-8”")
        raise BadInventory([BadCell(0, "", message)]) from error
    rows = _json_rows(text) if text.lstrip()[:1] in ("[", "{") else _csv_rows(text)
    if len(rows) > MOST_ROWS:
        raise BadInventory([BadCell(0, "", _("at most %(most)s touchpoints") % {"most": MOST_ROWS})])
    return rows


def _json_rows(text: str) -> list[dict[str, Any]]:
    try:
        told = json.loads(text)
    except (ValueError, RecursionError) as error:
        message = _("this is not JSON: %(problem)s") % {"problem": error}
        raise BadInventory([BadCell(getattr(error, "lineno", 0), "", message)]) from error
    told = told.get("touchpoints") if isinstance(told, dict) else told
    if not isinstance(told, list) or not all(isinstance(row, dict) for row in told):
        raise BadInventory([BadCell(0, "", _('write a list of touchpoints: [{"key": …}, …]'))])
    bad = [cell for number, row in enumerate(told, 2) for cell in _unknown(number, row)]
    if bad:
        raise BadInventory(bad)
    return told


def _csv_rows(text: str) -> list[dict[str, Any]]:
    first = text.splitlines()[0] if text.strip() else ""
    reader = csv.reader(io.StringIO(text), delimiter=";" if first.count(";") > first.count(",") else ",")
    lines = list(reader)
    header = [name.strip() for name in lines[0]] if lines else []
    if "key" not in header:
        message = _(
            "the column “key” is missing, so this is no inventory of touchpoints; the CSV of the design is one to begin with"
        )
        raise BadInventory([BadCell(1, "key", message)])
    bad = _unknown(1, header)
    rows = []
    for number, line in enumerate(lines[1:], 2):
        if not any(cell.strip() for cell in line):
            continue
        if len(line) > len(header):
            bad.append(BadCell(number, "", _("this row has more cells than the header")))
        cells = {name: armed(cell.strip()) for name, cell in zip(header, line, strict=False)}
        rows.append(_understood(number, cells, bad) | {"row": number})
    if bad:
        raise BadInventory(bad)
    return rows


def _unknown(row: int, names: Iterable[str]) -> list[BadCell]:
    message = _("“%(name)s” is no column of the inventory%(mend)s")
    return [
        BadCell(row, name, message % {"name": name, "mend": suggestion(name, COLUMNS)})
        for name in names
        if name not in COLUMNS
    ]


def _understood(row: int, cells: Mapping[str, str], bad: list[BadCell]) -> dict[str, Any]:
    """Texts as values; what cannot be one is noted."""
    found: dict[str, Any] = {}
    for name, text in cells.items():
        try:
            found[name] = _value(name, text) if text else None
        except ValueError as error:
            bad.append(BadCell(row, name, str(error)))
    return found


def _value(column: str, text: str) -> Any:
    inner = column.partition("_")[2]
    if column in FLAGS or (inner in INNER_FLAGS and column.startswith("gate_")):
        return _flag(text)
    if column in NUMBERS or inner in INNER_NUMBERS:
        return _number(text)
    if column == "channels":
        return text.replace(",", " ").split()
    return _conditions(text) if column == "when" else text


def _flag(text: str) -> bool:
    if text.casefold() in (*YES, *NO):
        return text.casefold() in YES
    raise ValueError(_("“%(text)s” is neither yes nor no") % {"text": text})


def _number(text: str) -> float | int:
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        raise ValueError(_("“%(text)s” is no number") % {"text": text}) from None
    return int(number) if text.lstrip("-").isdecimal() else number


def _conditions(text: str) -> Any:
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict):
        raise ValueError(_('write the conditions as JSON, such as {"reason": ["refund"]}'))
    return told


# --- into a design ------------------------------------------------------------------------------------------------


def with_inventory(design: Design, rows: Sequence[Cells]) -> Design:
    """The design with these touchpoints in place of its own, in their order. Raises BadInventory with every cell that the
    blueprint language does not accept; what is wrong elsewhere in the design stays as it was."""
    made = dict(design) | {"touchpoints": _touchpoints(rows)}
    places = {str(row.get("key")): int(row.get("row") or number) for number, row in enumerate(rows, 2)}
    try:
        read_blueprint(text_of(made))
    except BlueprintInvalid as error:
        bad = [cell for problem in error.problems if (cell := _cell(problem.path, problem.message, places))]
        if bad:
            raise BadInventory(bad) from error
    return made


def _touchpoints(rows: Sequence[Cells]) -> Design:
    found: Design = {}
    bad = []
    for number, row in enumerate(rows, 2):
        key, place = str(row.get("key") or ""), int(row.get("row") or number)
        if not key or key in found:
            message = _("the key “%(key)s” stands twice") % {"key": key} if key else _("the key is missing")
            bad.append(BadCell(place, "key", message))
            continue
        found[key] = _fields(row)
    if bad:
        raise BadInventory(bad)
    return found


def _fields(row: Cells) -> Design:
    es, en = row.get("label_es"), row.get("label_en")
    fields: Design = {"label": {"es": es or en, "en": en or es}} if es or en else {}
    fields |= {
        name: row[name]
        for name in (*PLAIN, "channels", "when", *FLAGS, *NUMBERS)
        if row.get(name) is not None
    }
    for name, inner in NESTED.items():
        told = {one: row[f"{name}_{one}"] for one in inner if row.get(f"{name}_{one}") is not None}
        if told:
            fields[name] = told
    return fields


def _cell(path: str, message: str, places: Mapping[str, int]) -> BadCell | None:
    """Where in the table a problem of the blueprint stands: touchpoints have dots in their keys."""
    start, _dot, rest = path.partition(".")
    if start != "touchpoints":
        return None
    key = max((one for one in places if rest == one or rest.startswith(f"{one}.")), key=len, default=None)
    if key is None:
        return BadCell(0, "", f"{path}: {message}")
    column = rest[len(key) + 1 :].replace(".", "_")
    column = (
        column if column in COLUMNS else next((c for c in COLUMNS if column and column.startswith(c)), column)
    )
    return BadCell(places[key], column, message)
