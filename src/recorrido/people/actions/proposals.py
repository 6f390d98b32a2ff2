"""Probable matches: a comparison proposes them, a member of staff decides. Nothing here joins anybody by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from recorrido.company.actions import audit
from recorrido.company.models import Staff
from recorrido.people.actions.decisions import PROPOSAL, STAFF_SOURCE, merge_persons
from recorrido.people.errors import AlreadyDecided, SamePerson
from recorrido.people.models import Identifier, Link, Proposal
from recorrido.people.queries import told_apart
from recorrido.shared import clock


@dataclass(frozen=True, slots=True)
class NewProposal:
    """Two leaves (any of each person's), the probability that they are one human being, and what speaks for it:
    rows of {"field", "left", "right", "level", "weight"}."""

    one: int
    other: int
    score: float
    why: Sequence[Mapping[str, Any]] = field(default_factory=list)


def propose_links(*, proposals: Sequence[NewProposal]) -> int:
    """Keep proposals for staff to decide; returns how many are new or changed.

    The same pair again brings its newest score. What somebody decided, told apart, or what is one person by now is left
    out. Hand in at most a few thousand.
    """
    wanted = {tuple(sorted((one.one, one.other))): one for one in proposals if one.one != one.other}
    with transaction.atomic():
        persons = dict(
            Identifier.objects.filter(id__in={leaf for pair in wanted for leaf in pair}).values_list(
                "id", "person_id"
            )
        )
        apart = told_apart(persons.values())
        rows = [
            Proposal(low_id=low, high_id=high, score=one.score, why=list(one.why))
            for (low, high), one in wanted.items()
            if _may_be_proposed(persons.get(low), persons.get(high), apart)
        ]
        open_ = _still_open(rows)
        Proposal.objects.bulk_create(
            open_,
            update_conflicts=True,
            unique_fields=["low", "high"],
            update_fields=["score", "why", "state", "decided_at"],
            batch_size=1_000,
        )
    return len(open_)


def decide_proposal(*, actor: Staff, proposal: int, same: bool, note: str = "") -> None:
    """Accept a proposal (the two are joined) or refuse it (they are told apart, and no link joins them by itself).

    Raises AlreadyDecided, BlockedLeaf.
    """
    with transaction.atomic():
        row = Proposal.objects.select_for_update().filter(id=proposal, state=Proposal.OPEN).first()
        if row is None:
            raise AlreadyDecided
        if same:
            _join(actor, row, note)
        else:
            _tell_apart(actor, row, note)
        Proposal.objects.filter(id=row.id).update(
            state=Proposal.ACCEPTED if same else Proposal.REFUSED,
            decided_by=actor,
            decided_at=clock.now(),
            note=note,
        )
        detail = {"from": "open", "to": "accepted" if same else "refused", "why": note}
        audit(actor=actor, action="proposal.decided", subject="proposal", subject_id=row.id, detail=detail)


def withdraw_proposals(*, proposals: Sequence[int]) -> int:
    """Take back open proposals that a newer comparison no longer makes. Returns how many."""
    rows = Proposal.objects.filter(id__in=list(proposals), state=Proposal.OPEN)
    return rows.update(state=Proposal.WITHDRAWN, decided_at=clock.now())


def _join(actor: Staff, row: Proposal, note: str) -> None:
    try:
        merge_persons(actor=actor, one=row.low_id, other=row.high_id, why=note, reason=PROPOSAL)
    except SamePerson:
        return  # somebody was quicker


def _tell_apart(actor: Staff, row: Proposal, note: str) -> None:
    decided = {"state": Link.REFUSED, "decided_by": actor, "decided_at": clock.now(), "note": note}
    told = {"reason": PROPOSAL, "source": STAFF_SOURCE, "at": clock.now()}
    persons = set(
        Identifier.objects.filter(id__in=[row.low_id, row.high_id]).values_list("person_id", flat=True)
    )
    if len(persons) > 1:
        Link.objects.get_or_create(low_id=row.low_id, high_id=row.high_id, defaults=decided | told)


def _may_be_proposed(one: int | None, other: int | None, apart: set[frozenset[int]]) -> bool:
    known = one is not None and other is not None
    return known and one != other and frozenset((one, other)) not in apart


def _still_open(rows: Sequence[Proposal]) -> list[Proposal]:
    """Without those that somebody has decided."""
    pairs = {(row.low_id, row.high_id) for row in rows}
    known = Proposal.objects.filter(low_id__in={low for low, _ in pairs}).exclude(
        state__in=[Proposal.OPEN, Proposal.WITHDRAWN]
    )
    decided = set(known.values_list("low_id", "high_id"))
    return [row for row in rows if (row.low_id, row.high_id) not in decided]
