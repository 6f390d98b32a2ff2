"""Open journeys that have left the regular path or are likely to: an explained score (``docs/regular-path.md``)."""

from trayecto.leaving.ask import LEFT, LIKELY, STAYS, AtRisk, Leaving, leaving, score_rows
from trayecto.leaving.fit import fit
from trayecto.leaving.scorecard import Reason, Scorecard
from trayecto.leaving.snapshots import Known, Watcher

__all__ = [
    "LEFT", "LIKELY", "STAYS", "AtRisk", "Known", "Leaving", "Reason", "Scorecard", "Watcher", "fit", "leaving", "score_rows",
]  # fmt: skip
