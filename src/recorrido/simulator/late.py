"""Late carriers, compared naively and fairly."""

from __future__ import annotations

from typing import Any

import numpy as np

from recorrido.simulator.faults import LateCarrier
from recorrido.simulator.model import World


def carriers(world: World) -> dict[str, dict[str, Any]]:
    """Per carrier its shipments and late share, and the difference to all others in points: ``raw`` as it
    stands, ``adjusted`` within regions (Mantel and Haenszel's weights for a risk difference, Greenland and
    Robins 1985), so that serving far regions is not held against anyone. Only deliveries that have come."""
    plan, orders = world.plan, world.orders
    rows = plan.seen(orders.placed) & (orders.delivered < plan.end)
    late, carrier, region = orders.late[rows], orders.carrier[rows], orders.region[rows]
    guilty = {fault.carrier for fault in plan.active(LateCarrier)}
    return {
        name: {"planted": name in guilty, **_compare(late, carrier == index, region)}
        for index, name in enumerate(plan.carrier_names)
    }


def _compare(late: np.ndarray, mine: np.ndarray, region: np.ndarray) -> dict[str, Any]:
    share = float(late[mine].mean()) if mine.any() else None
    others = float(late[~mine].mean()) if (~mine).any() else None
    raw = None if share is None or others is None else round(100 * (share - others), 2)
    return {
        "shipments": int(mine.sum()),
        "late": int(late[mine].sum()),
        "late_share": None if share is None else round(share, 4),
        "raw_points": raw,
        "adjusted_points": adjusted_points(late, mine, region),
    }


def adjusted_points(late: np.ndarray, mine: np.ndarray, region: np.ndarray) -> float | None:
    """Σ w·(late share of mine − of others) ÷ Σ w over regions, w = mine·others ÷ both; in points."""
    size = int(region.max()) + 1 if len(region) else 0
    ours, theirs = (np.bincount(region[mask], minlength=size) for mask in (mine, ~mine))
    our_late, their_late = (np.bincount(region[mask & late], minlength=size) for mask in (mine, ~mine))
    shared = (ours > 0) & (theirs > 0)
    if not shared.any():
        return None
    ours, theirs, our_late, their_late = (part[shared] for part in (ours, theirs, our_late, their_late))
    weight = ours * theirs / (ours + theirs)
    return round(float(100 * (weight * (our_late / ours - their_late / theirs)).sum() / weight.sum()), 2)
