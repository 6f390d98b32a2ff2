"""A requirement that stops customers at the checkout: some wait, some ask, some give up, few are rejected."""

from __future__ import annotations

import numpy as np

from recorrido.simulator.columns import Columns
from recorrido.simulator.faults.base import Fault, Positive, Share, Word


class Gate(Fault, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="gate"):
    """``step`` names its events: ``<step>.requested``, ``.approved``, ``.rejected``.

    Stops orders of ``channels`` above ``amount_over`` (currency units), only first orders when
    ``first_orders``. The decision comes after ``wait_hours`` (from, to); ``contact`` is the share of
    the stopped who ask, ``score_drop`` what the gate takes from a survey score, ``repurchase`` the
    factor on buying again.
    """

    step: Word
    channels: tuple[str, ...]
    origin: Word = "policy"
    first_orders: bool = True
    amount_over: float = 0
    wait_hours: tuple[Positive, Positive] = (2, 24)
    reject: Share = 0
    give_up: Share = 0
    contact: Share = 0
    score_drop: float = 0
    repurchase: Share = 1

    def stops(self, orders: Columns, channel_names: list[str]) -> np.ndarray:
        """bool per order attempt (columns channel, amount, first, started)."""
        gated = [channel_names.index(name) for name in self.channels]
        stopped = np.isin(orders.channel, gated) & (orders.amount > self.amount_over)
        stopped &= self.has_begun(orders.started)
        return stopped & orders.first if self.first_orders else stopped
