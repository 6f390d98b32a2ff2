"""The only writes to the ledger and its tables. (Consumers' bookmarks: ``consumers``; the log of imports: ``imports``.)"""

from recorrido.events.actions.alarms import review_alarms, set_threshold
from recorrido.events.actions.bulk import carry_out, discard_matching, replay_matching
from recorrido.events.actions.counting import count_events, forget_old_hours
from recorrido.events.actions.positions import move_consumer
from recorrido.events.actions.quarantine import (
    Replayed,
    discard_quarantined,
    edit_and_replay,
    mend_waiting,
    replay_quarantined,
)
from recorrido.events.actions.quarantine_rules import save_rule
from recorrido.events.actions.recording import (
    Progress,
    ensure_source,
    record_events,
    record_from_sources,
    record_many,
    refresh_statistics,
)
from recorrido.events.actions.remapping import (
    Example,
    Preview,
    apply_remapping,
    preview_remapping,
    undo_remapping,
)
from recorrido.events.actions.retention import (
    Due,
    due_now,
    run_retention,
    save_retention_rule,
    switch_retention_rule,
)
from recorrido.events.actions.schemas import (
    Imported,
    add_schema,
    import_schemas,
    put_in_force,
    take_out_of_force,
)

__all__ = [
    "Due",
    "Example",
    "Imported",
    "Preview",
    "Progress",
    "Replayed",
    "add_schema",
    "apply_remapping",
    "carry_out",
    "count_events",
    "discard_matching",
    "discard_quarantined",
    "due_now",
    "edit_and_replay",
    "ensure_source",
    "forget_old_hours",
    "import_schemas",
    "mend_waiting",
    "move_consumer",
    "preview_remapping",
    "put_in_force",
    "record_events",
    "record_from_sources",
    "record_many",
    "refresh_statistics",
    "replay_matching",
    "replay_quarantined",
    "review_alarms",
    "run_retention",
    "save_retention_rule",
    "save_rule",
    "set_threshold",
    "switch_retention_rule",
    "take_out_of_force",
    "undo_remapping",
]
