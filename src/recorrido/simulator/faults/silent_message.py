"""A message that is no longer sent since a release: parcels wait, customers ask, some cancel."""

from __future__ import annotations

import numpy as np

from recorrido.simulator.faults.base import Fault, Positive, Share


class SilentMessage(Fault, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="silent_message"):
    """The pickup notice. ``wait_days`` is added before an unnoticed parcel is fetched (from, to)."""

    share: Share = 1
    contact: Share = 0
    cancel: Share = 0
    wait_days: tuple[Positive, Positive] = (1, 4)
    score_drop: float = 0
    repurchase: Share = 1

    def silent(self, ready: np.ndarray) -> np.ndarray:
        """Probability per parcel that its message is not sent."""
        return self.share * self.has_begun(ready)
