"""What stands in the calendar, in the reader's words."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from recorrido.journeys.calendar.models import EntryKind
from recorrido.journeys.calendar.queries import DESIGN, HOLIDAY


def kind_said(kind: str) -> str:
    """A kind of entry, of people or by itself."""
    labels = {DESIGN: _("version of the design"), HOLIDAY: _("holiday")}
    return labels.get(kind) or str(dict(EntryKind.choices).get(kind, kind))


def label_said(label: str, kind: str) -> str:
    """What an entry says; a version of the design is known by its number."""
    return _("version %(number)s of the design") % {"number": label} if kind == DESIGN else label


def nearness_said(label: str, kind: str, on: date, since: date) -> str:
    """ "two days after “New notices”": where an entry stands beside the day since which something is another."""
    days = (since - on).days
    facts = {"days": abs(days), "what": label_said(label, kind)}
    if days == 0:
        return _("on the day of “%(what)s”") % facts
    if days > 0:
        return ngettext("one day after “%(what)s”", "%(days)s days after “%(what)s”", days) % facts
    return ngettext("one day before “%(what)s”", "%(days)s days before “%(what)s”", -days) % facts
