"""The warehouse packs the wrong thing."""

from __future__ import annotations

import numpy as np

from recorrido.simulator.faults.base import Fault, Share


class PickingErrors(Fault, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="picking_errors"):
    """``share`` is added to the probability that a prepared order holds a wrong item."""

    share: Share

    def extra(self, prepared: np.ndarray) -> np.ndarray:
        """Added probability per prepared order."""
        return self.share * self.has_begun(prepared)
