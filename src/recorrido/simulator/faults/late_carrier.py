"""A carrier that is late more often than the regions it serves explain."""

from __future__ import annotations

import numpy as np

from recorrido.simulator.faults.base import Fault, Share


class LateCarrier(Fault, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="late_carrier"):
    """``late`` is added to the probability that a shipment of ``carrier`` is late."""

    carrier: str
    late: Share

    def extra(self, carriers: np.ndarray, carrier_names: list[str], shipped: np.ndarray) -> np.ndarray:
        """Added probability per shipment; ``carriers`` are indexes into ``carrier_names``."""
        guilty = (carriers == carrier_names.index(self.carrier)) & self.has_begun(shipped)
        return self.late * guilty
