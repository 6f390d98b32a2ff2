"""The value model: amounts of money as intervals, each with where it comes from and of when it is."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Amount:
    """``low`` ≤ ``expected`` ≤ ``high`` in the model's currency (a share of it, for ``margin.share``)."""

    low: float
    expected: float
    high: float
    source: str | None = None
    date: datetime.date | None = None

    def times(self, factor: float) -> Amount:
        """A multiple; a negative factor turns the interval around."""
        ends = sorted((self.low * factor, self.high * factor))
        return Amount(ends[0], self.expected * factor, ends[1], self.source, self.date)


@dataclass(frozen=True)
class Values:
    """None and missing names mean: not counted. ``source``: the text it was read from."""

    currency: str
    margin_per_order: Amount | None = None
    margin_share: Amount | None = None
    margin_by_product: Mapping[str, Amount] = field(default_factory=dict)
    contact_any: Amount | None = None
    contact_by_channel: Mapping[str, Amount] = field(default_factory=dict)
    return_cost: Amount | None = None
    delay_day: Amount | None = None
    retained_customer: Amount | None = None
    source: str = ""

    def margin(self, *, product: str | None = None, order_value: float | None = None) -> Amount | None:
        """The margin of an order: of its product where known, else per order, else its share of the value."""
        if product is not None and product in self.margin_by_product:
            return self.margin_by_product[product]
        if self.margin_per_order is not None:
            return self.margin_per_order
        if self.margin_share is not None and order_value is not None:
            return self.margin_share.times(order_value)
        return None

    def contact(self, channel: str | None = None) -> Amount | None:
        """The cost of a contact through a channel, else of any."""
        return self.contact_by_channel.get(channel or "", self.contact_any)
