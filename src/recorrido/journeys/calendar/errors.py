"""CalendarError (a JourneysError)
├── EntryTwice     the same thing stands on that day already
├── EntryRemoved   the entry was removed meanwhile
└── BadCalendar    a file with bad cells; carries each with line and column
"""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from recorrido.journeys.errors import BadCell, JourneysError


class CalendarError(JourneysError):
    code = "calendar"


class EntryTwice(CalendarError):
    code = "entry_twice"

    def __init__(self, label: str) -> None:
        super().__init__(_("“%(label)s” stands on that day already.") % {"label": label})


class EntryRemoved(CalendarError):
    code = "entry_removed"

    def __init__(self) -> None:
        super().__init__(_("This entry was removed meanwhile."))


class BadCalendar(CalendarError):
    code = "bad_calendar"

    def __init__(self, cells: Sequence[BadCell]) -> None:
        self.cells = tuple(cells)
        super().__init__("; ".join(cell.message for cell in cells))
