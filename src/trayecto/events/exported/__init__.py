"""Events on a shared folder or in an object store, as ``recorrido export`` writes them: Parquet by month of the event.

    export.json                          which files are meant, and up to where in the ledger: replaced in one step
    export.draft.json                    the same of an export under way, from which it goes on after a crash
    events/month=2026-03/….parquet       events in the order of their ids; a file never changes
    persons/….parquet                    whose an identifier is today, and what is known of that person

Events name the identifier they came with. Whose it is stands in ``persons`` alone, so that a merge rewrites no event.
"""

from trayecto.events.exported.layout import Manifest
from trayecto.events.exported.opening import Opened, expanded, opened
from trayecto.events.exported.place import place_of
from trayecto.events.exported.writing import Update

__all__ = ["Manifest", "Opened", "Update", "expanded", "opened", "place_of"]
