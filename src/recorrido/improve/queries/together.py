"""What findings are worth together: every journey counts once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from recorrido.improve.models import Finding, FindingRun


@dataclass(frozen=True)
class Money:
    """A month; ``low`` and ``high`` bound 90 %."""

    low: float
    expected: float
    high: float
    currency: str


def money_of(told: Mapping[str, Any] | None) -> Money | None:
    """The money of a finding's or a look's JSON."""
    if not told:
        return None
    return Money(told["low"], told["expected"], told["high"], told["currency"] or "")


def together(run: FindingRun, chosen: Sequence[Finding]) -> Money | None:
    """What some findings of a look are worth together, by the rule of ``trayecto.findings.union_of``: a finding's money lies
    evenly on its journeys, and a journey that several share counts with the one that costs most there. None: no money."""
    worth = {one.key: money for one in chosen if (money := _counted(run, one)) and one.journeys}
    if not worth:
        return None
    each = {one.key: worth[one.key].expected / one.journeys for one in chosen if one.key in worth}
    counted = dict.fromkeys(worth, 0)
    for atom in run.summary["atoms"]:
        among = [key for key in atom["findings"] if key in worth]
        if among:
            counted[max(among, key=lambda key: (each[key], key))] += atom["journeys"]
    journeys = {one.key: one.journeys for one in chosen}
    shares = [(money, counted[key] / journeys[key]) for key, money in worth.items()]
    low, expected, high = (
        sum(share * getattr(money, end) for money, share in shares) for end in ("low", "expected", "high")
    )
    return Money(low, expected, high, next(iter(worth.values())).currency)


def _counted(run: FindingRun, one: Finding) -> Money | None:
    """Its money, if this very look found it and it is no look-alike."""
    return None if one.last_run_id != run.id or one.is_look_alike else money_of(one.detail.get("money"))
