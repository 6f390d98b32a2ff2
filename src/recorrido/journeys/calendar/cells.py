"""How one cell of a calendar file is read. Each raises ValueError with a sentence for whoever wrote it."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from recorrido.journeys.calendar.models import CalendarEntry, EntryKind
from trayecto.blueprint.fields import suggestion

DAY_FIRST, MONTH_FIRST, UNTOLD = "dmy", "mdy", ""
KINDS = {
    "promoción": "promotion", "promocion": "promotion", "versión": "release", "version": "release", "lanzamiento": "release",
    "proceso": "process", "otro": "other", "otra": "other", "otros": "other",
}  # fmt: skip
MONTHS = 12
LONGEST = CalendarEntry._meta.get_field("label").max_length or 0
_WRITTEN = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})")


def order_of(texts: Iterable[str]) -> str:
    """How days are written in a file, where one of them tells it: DAY_FIRST, MONTH_FIRST; UNTOLD where none does, or they disagree."""
    pairs = [(int(found[1]), int(found[2])) for text in texts if (found := _WRITTEN.fullmatch(text))]
    told = {_order(*pair) for pair in pairs} - {UNTOLD}
    return told.pop() if len(told) == 1 else UNTOLD


def _order(first: int, second: int) -> str:
    if max(first, second) <= MONTHS:
        return UNTOLD
    return DAY_FIRST if first > second else MONTH_FIRST


def date_of(text: str, order: str) -> datetime.date:
    """2026-09-22, or 22/09/2026 where the file tells which is the day."""
    found = _WRITTEN.fullmatch(text)
    if not found:
        return _day(text, text)
    first, second, year = (int(part) for part in found.groups())
    if first != second and not (order or _order(first, second)):
        raise ValueError(
            _("“%(text)s” can be read in two ways; write the day like 2026-09-22") % {"text": text}
        )
    month_first = (order or _order(first, second)) == MONTH_FIRST
    day, month = (second, first) if month_first else (first, second)
    return _day(f"{year:04}-{month:02}-{day:02}", text)


def _day(iso: str, text: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(iso)
    except ValueError:
        raise ValueError(_("“%(text)s” is no day such as 2026-09-22") % {"text": text[:40]}) from None


def label_of(text: str) -> str:
    if not text:
        raise ValueError(_("write what was changed"))
    if len(text) > LONGEST:
        raise ValueError(_("what was changed has more than %(most)s characters") % {"most": LONGEST})
    return text


def kind_of(text: str) -> str:
    """In English or Spanish; an empty cell is another kind."""
    named = KINDS | {str(kind.label).casefold(): kind.value for kind in EntryKind}
    told = named.get(text.casefold(), text.casefold()) or EntryKind.OTHER.value
    if told not in EntryKind.values:
        facts = {"text": text[:40], "known": ", ".join(str(kind.label) for kind in EntryKind)}
        raise ValueError(_("“%(text)s” is no kind; write one of: %(known)s") % facts)
    return told


def key_of(text: str, names: Mapping[str, str]) -> str:
    """The key of a touchpoint or department, by one of its names."""
    if text and text.casefold() not in names:
        facts = {"text": text[:60], "mend": suggestion(text, sorted(set(names.values())))}
        raise ValueError(_("the design has no “%(text)s”%(mend)s") % facts)
    return names[text.casefold()] if text else ""


def names_of(things: Mapping[str, Any]) -> dict[str, str]:
    """Key by every way to write it: itself, its Spanish and its English label."""
    labels = {
        thing.label.text(language).casefold(): key
        for language in ("en", "es")
        for key, thing in things.items()
    }
    return labels | {key.casefold(): key for key in things}
