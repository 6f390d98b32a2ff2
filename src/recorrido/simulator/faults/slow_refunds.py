"""Refunds that wait for a weekly payment run."""

from __future__ import annotations

from typing import Annotated

import msgspec
import numpy as np

from recorrido.simulator.calendar import DAY, Calendar, weekday
from recorrido.simulator.faults.base import Count, Fault

Weekday = Annotated[int, msgspec.Meta(ge=0, le=4)]


class SlowRefunds(Fault, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="slow_refunds"):
    """Returns brought to a store are paid on ``weekday`` (0 = Monday), ``lead_days`` working days after the
    list is closed at the earliest; returns by carrier are paid as always."""

    weekday: Weekday
    lead_days: Count = 2

    def paid(self, calendar: Calendar, inspected: np.ndarray, share: np.ndarray) -> np.ndarray:
        """Moments of payment (wall seconds): in the run's two hours after noon."""
        ready = calendar.working_day(inspected // DAY, self.lead_days)
        run = calendar.working_day(ready + (self.weekday - weekday(ready)) % 7, 0)
        return run * DAY + ((12 + 2 * share) * 3600).astype(np.int64)
