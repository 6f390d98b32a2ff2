"""When a step's time, volume or failures changed, and what in the calendar stands nearest."""

from trayecto.changes.ask import Changes, changes
from trayecto.changes.calendar import Entry, entries_of, named_anew, read_calendar

__all__ = ["Changes", "Entry", "changes", "entries_of", "named_anew", "read_calendar"]
