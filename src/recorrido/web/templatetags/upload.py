"""Words for files: encodings, marks, cells as they are read, how to mend."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from recorrido.connectors.files.guess.readings import readings_of, value_of_number
from recorrido.web.upload.showing import encoding_words, mark_words, number_said

register = template.Library()


register.filter(encoding_words)
register.filter(mark_words)


@register.filter
def percent(share: float) -> str:
    return _("%(number)s%%") % {"number": number_format(100 * share, decimal_pos=0)}


@register.filter
def item(values: dict[str, Any], key: str) -> Any:
    return values.get(key, "")


@register.simple_tag
def parsed(row: Any, column: dict[str, Any]) -> SafeString:
    """A cell as the chosen reading takes it: marked where it cannot be read so."""
    cell = row.cells[column["number"]]
    answer = column["answer"]
    if answer.type == "text" or not cell:
        return format_html("<td>{}</td>", cell[:60])
    read = _read(cell, answer)
    if read is None:
        return format_html('<td class="unread" title="{}">{}</td>', _("cannot be read so"), cell[:60])
    return format_html('<td class="read">{}</td>', read)


def _read(cell: str, answer: Any) -> str | None:
    if answer.form == "?":
        return None
    if answer.type == "money":
        value = value_of_number(cell, answer.form)
        return None if value is None else number_said(value)
    ways = readings_of([cell], numbers_are_dates=True).ways
    forms = answer.form.split(" | ")
    return next((way.example or cell for way in ways if way.form in forms and way.type != "money"), None)


@register.filter
def mend(why: Any) -> str:
    """What to do about rows that are refused for this reason."""
    if why.column:
        return _("Correct or empty these cells, or go back and choose another reading of the column.")
    return _("Correct these rows in the file.")
