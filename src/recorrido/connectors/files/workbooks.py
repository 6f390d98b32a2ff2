"""Sheets of XLSX, XLSM, XLSB, XLS and ODS files, read in a process that may fail without harm."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from recorrido.connectors.files import workbook_reader
from recorrido.connectors.files.errors import FileUnreadable

PATIENCE = workbook_reader.MOST_SECONDS + 60


def sheet_names(file: Path, name: str = "") -> list[str]:
    """The visible sheets, in order. Raises FileUnreadable."""
    found: list[str] = _ask(name or file.name, "names", str(file))["sheets"]
    if not found:
        raise FileUnreadable(name or file.name, _("it has no sheet with cells"))
    return found


def write_sheet(file: Path, sheet: str, target: Path, name: str = "") -> Path:
    """Write a sheet ("" = the first) as CSV in UTF-8 to ``target``. Raises FileUnreadable."""
    known = sheet_names(file, name)
    if sheet and sheet not in known:
        why = _("it has no sheet “%(sheet)s”; it has %(sheets)s")
        raise FileUnreadable(name or file.name, why % {"sheet": sheet, "sheets": ", ".join(known)})
    _ask(name or file.name, "rows", str(file), sheet or known[0], str(target))
    return target


def _ask(name: str, *arguments: str) -> dict[str, Any]:
    command = [sys.executable, "-I", str(Path(workbook_reader.__file__)), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, timeout=PATIENCE, check=False)
    except subprocess.TimeoutExpired as error:
        raise FileUnreadable(name, _too_much()) from error
    if done.returncode or not done.stdout:
        raise FileUnreadable(name, _too_much())
    answer: dict[str, Any] = json.loads(done.stdout)
    if "error" in answer:
        raise FileUnreadable(name, _why(answer))
    return answer


def _too_much() -> str:
    return _("the workbook is too large or damaged; save the sheet you need as CSV and upload that")


def _why(answer: dict[str, Any]) -> str:
    if answer["error"] == "PasswordError":
        return _("it is protected by a password; save it without one")
    if answer["error"] == "MemoryError":
        return _too_much()
    return _("the spreadsheet cannot be opened (%s); open it in Excel or LibreOffice and save it again") % (
        answer["detail"] or answer["error"]
    )
