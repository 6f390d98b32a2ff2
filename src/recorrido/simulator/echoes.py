"""Where the contacts of a run were born: each has the cause it was drawn for."""

from __future__ import annotations

from collections import Counter
from typing import Any

from recorrido.simulator.designs import DELIVERED, NOTIFIED, PREPARED, REFUNDED, owners_of
from recorrido.simulator.flow.contacts import GATE, GENERAL, LATE, PICKUP, REFUND, WRONG
from recorrido.simulator.model import World


def demand_of(run: World) -> dict[str, Any]:
    """Contacts of the kept period, all and by department that caused them; ``general`` ones have no cause."""
    contacts = run.contacts
    seen = run.plan.seen(contacts.at)
    owners = _owners(run)
    pairs = zip(contacts.reason[seen].tolist(), contacts.gate[seen].tolist(), strict=True)
    found = Counter(owners[pair] for pair in pairs if pair[0] != GENERAL)
    total = int(seen.sum())
    departments = {
        owner: {"contacts": count, "share": round(count / max(1, total), 4)}
        for owner, count in sorted(found.items())
    }
    return {"contacts": total, "explained": sum(found.values()), "by_department": departments}


def _owners(run: World) -> dict[tuple[int, int], str]:
    """The owner, in the company's blueprint, of the step at which each reason is born."""
    owner = owners_of(run.plan.scenario)
    gates = {(GATE, place): gate.owner for place, gate in enumerate(run.plan.gates)}
    return gates | {
        (LATE, -1): owner[DELIVERED],
        (REFUND, -1): owner[REFUNDED],
        (WRONG, -1): owner[PREPARED],
        (PICKUP, -1): owner[NOTIFIED],
    }
