"""What slips cost a month: what they add or take, times the amounts of the value model, line by line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trayecto.causes.adjust import block_draws
from trayecto.drivers.outcomes import CONTACTS, GOAL, REPURCHASE, RETURN, VALUE, WORSE, Aftermath
from trayecto.drivers.slips import LATE, Slip
from trayecto.drivers.weigh import Weight
from trayecto.money import Interval, Line
from trayecto.units import DAY
from trayecto.values import Amount, Values

Floats = NDArray[np.float64]
ENDS = (0.05, 0.95)


@dataclass(frozen=True, eq=False)
class Quantity:
    """A number a month: as it is, and in each draw of persons (draws,)."""

    expected: float
    draws: Floats

    @property
    def interval(self) -> Interval:
        low, high = np.quantile(self.draws, ENDS).tolist()
        return Interval(min(low, self.expected), self.expected, max(high, self.expected))


def quantity(values: Floats, blocks: NDArray[np.int32], size: int, months: float) -> Quantity:
    """The total of ``values`` (rows,) a month."""
    by_block = np.bincount(blocks, values, size).astype(np.float64)
    return Quantity(float(values.sum()) / months, block_draws(by_block) / months)


def harm(weight: Weight, worse: int, bad: Quantity) -> Quantity:
    """What an outcome loses a month: the effect in one journey × journeys."""
    assert weight.effect is not None
    return Quantity(worse * weight.effect.effect * bad.expected, worse * weight.effect.draws * bad.draws)


@dataclass(frozen=True, eq=False)
class Prices:
    """The amounts of a value model, with the margin of a mean order of this log."""

    values: Values
    margin: Amount | None

    @classmethod
    def of(cls, values: Values, aftermath: Aftermath) -> Prices:
        margin = values.margin_per_order
        if margin is None and values.margin_share is not None and VALUE in aftermath.names:
            margin = values.margin_share.times(float(aftermath.order_values.mean()))
        return cls(values, margin)

    def lines(
        self, slip: Slip, lost: Mapping[str, Quantity], late_days: Quantity
    ) -> Iterator[tuple[str, Quantity, Amount]]:
        """What is counted: name, quantity, amount. ``lost``: the harm by outcome, of those that could be compared."""
        told = (
            ("contacts", lost.get(CONTACTS), self.values.contact()),
            ("goal not reached", lost.get(GOAL), self.margin),
            ("orders not placed again", lost.get(REPURCHASE), self.margin),
            ("returns", lost.get(RETURN), self.values.return_cost),
            ("orders brought back", lost.get(RETURN), self.margin),
            ("days beyond the promise", late_days if slip.kind == LATE else None, self.values.delay_day),
        )
        for name, count, amount in told:
            if count is not None and amount is not None:
                yield name, count, amount


@dataclass(frozen=True, eq=False)
class Priced:
    """Money a month, its lines, and how sure it is that it is above zero (in standard errors)."""

    money: Interval
    lines: tuple[Line, ...]
    z: float


def priced(counted: list[tuple[str, Quantity, Amount]]) -> Priced | None:
    """The sum of lines. Persons drawn anew give its interval, the ends of the amounts widen it."""
    if not counted:
        return None
    lines = tuple(Line(name, count.interval, amount) for name, count, amount in counted)
    expected = sum(count.expected * amount.expected for _name, count, amount in counted)
    sums = [
        np.sum([count.draws * getattr(amount, end) for _name, count, amount in counted], axis=0)
        for end in ("low", "expected", "high")
    ]
    low = min(float(np.quantile(one, ENDS[0])) for one in sums)
    high = max(float(np.quantile(one, ENDS[1])) for one in sums)
    spread = float(sums[1].std())
    return Priced(
        Interval(min(low, expected), expected, max(high, expected)),
        lines,
        expected / spread if spread > 0 else 0.0,
    )


def late_days(slip: Slip) -> Floats:
    """(journeys,) days past the promise of what is late."""
    if slip.beyond is None:
        return np.zeros(len(slip.badly))
    return np.where(slip.badly, slip.beyond / DAY, 0.0)


assert set(WORSE) >= {CONTACTS, GOAL, REPURCHASE, RETURN}
