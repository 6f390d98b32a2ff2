"""What becomes of refused events: mended and handed in again, or discarded with a reason. The original always stays."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import msgspec
from django.db import transaction
from django.utils.translation import gettext as _

from recorrido.company.actions import audit
from recorrido.company.models import Staff
from recorrido.events.actions.recording import ref_of
from recorrido.events.door import SourceRef, check_group, turn_away
from recorrido.events.errors import BadSteps
from recorrido.events.ledger import Known
from recorrido.events.mending import event_of, mended, parse_steps
from recorrido.events.models import WAITING, Quarantine, QuarantineEdit, QuarantineRule
from recorrido.events.queries.quarantine import newest_edits
from recorrido.events.recording import record_group
from recorrido.events.records import NewEvent, Refused
from recorrido.events.schemas_in_force import in_force
from recorrido.people import rules
from recorrido.shared import clock

BATCH = 500


@dataclass
class Replayed:
    """What became of refused events that were handed in again: in the ledger now, or refused with what reason."""

    recorded: int = 0
    duplicates: int = 0
    refused: int = 0
    reasons: list[Refused] = field(default_factory=list)

    def add(self, other: Replayed) -> None:
        self.recorded += other.recorded
        self.duplicates += other.duplicates
        self.refused += other.refused


@dataclass(frozen=True)
class _Attempt:
    """One refused event and what is handed in for it; ``payload`` is None where nothing was changed."""

    row: Quarantine
    event: NewEvent
    payload: str | None


def replay_quarantined(
    *, actor: Staff | None, rows: Sequence[Quarantine], rule: QuarantineRule | None = None
) -> Replayed:
    """Hand refused events to the door again, as they were last edited, or as ``rule`` mends them.

    At most 5,000, in one transaction. Those the door takes leave the quarantine; the others stay, with their present
    reason. What was released or discarded meanwhile is left alone.
    """
    with transaction.atomic():
        attempts = _attempts(_held(rows), rule)
        report = _hand_in(attempts, actor=actor, rule=rule)
        detail = {"asked": len(rows), "recorded": report.recorded, "still refused": report.refused}
        if rule is not None:
            detail["rule"] = rule.id
        audit(actor=actor, action="quarantine.replayed", subject="quarantine", detail=detail)
    report.refused += len(rows) - len(attempts)
    return report


def edit_and_replay(*, actor: Staff, row: Quarantine, payload: str) -> Replayed:
    """Hand in what a person made of a refused event. Raises BadSteps when the text is no event.

    The original stays in its row; the edit is kept with who made it, also when the door refuses it again.
    """
    event = _told_now(payload)
    with transaction.atomic():
        held = _held([row])
        if not held:
            raise BadSteps(
                _("Somebody was quicker: this event has been replayed or discarded. Look at it again.")
            )
        report = _hand_in([_Attempt(held[0], event, payload)], actor=actor, rule=None)
        # Not the text: the edit has it, and the retention could not take it out of the audit log.
        detail = {"recorded": report.recorded + report.duplicates, "refused": report.refused}
        audit(actor=actor, action="quarantine.edited", subject="quarantine", subject_id=row.id, detail=detail)
    return report


def discard_quarantined(*, actor: Staff | None, rows: Sequence[Quarantine], why: str) -> int:
    """Take refused events out of what waits, for a reason. They are kept; returns how many there were."""
    if not why.strip():
        raise BadSteps(_("Write why these events are not wanted."))
    with transaction.atomic():
        ids = [row.id for row in _held(rows)]
        Quarantine.objects.filter(id__in=ids).update(
            discarded_at=clock.now(), discarded_by=actor, why=why.strip()
        )
        detail = {"events": len(ids), "first": ids[:1], "last": ids[-1:], "why": why.strip()}
        audit(actor=actor, action="quarantine.discarded", subject="quarantine", detail=detail)
    return len(ids)


def mend_waiting() -> bool:
    """Try the rules that are switched on upon what waits and was not tried with them; True if there may be more."""
    rules = list(QuarantineRule.objects.filter(is_active=True).order_by("id"))
    if not rules:
        return False
    stamp = max(rule.stamp for rule in rules)
    with transaction.atomic():
        untried = Quarantine.objects.filter(WAITING, tried__lt=stamp).order_by("tried", "id")
        rows = list(
            untried.select_related("source").select_for_update(of=("self",), skip_locked=True)[:BATCH]
        )
        for rule, own in _by_rule(rows, rules):
            replay_quarantined(actor=None, rows=own, rule=rule)
        Quarantine.objects.filter(id__in=[row.id for row in rows]).update(tried=stamp)
    return len(rows) == BATCH


def _by_rule(
    rows: Iterable[Quarantine], rules: Sequence[QuarantineRule]
) -> list[tuple[QuarantineRule, list[Quarantine]]]:
    """Each row with the first rule that is for it."""
    found: dict[int, list[Quarantine]] = {rule.id: [] for rule in rules}
    for row in rows:
        if first := next((rule for rule in rules if rule.is_for(row)), None):
            found[first.id].append(row)
    return [(rule, found[rule.id]) for rule in rules if found[rule.id]]


def _held(rows: Sequence[Quarantine]) -> list[Quarantine]:
    """The rows that still wait, locked: two people who press the same button take turns."""
    waiting = Quarantine.objects.filter(WAITING, id__in=[row.id for row in rows])
    return list(waiting.select_related("source").select_for_update(of=("self",)).order_by("id"))


def _attempts(rows: Sequence[Quarantine], rule: QuarantineRule | None) -> list[_Attempt]:
    steps = parse_steps(rule.steps) if rule else []
    edits = newest_edits(rows)
    attempts = []
    for row in rows:
        before = edits.get(row.id, row.payload)
        after = mended(before, steps) if steps else before
        try:
            attempts.append(_Attempt(row, _told_now(after), after if steps and after != before else None))
        except BadSteps:
            continue  # nothing of an event is left in it: a person has to look
    return attempts


def _told_now(payload: str) -> NewEvent:
    """The event of a payload, as received when it is handed in: the order of receipt is the order of the ledger, which
    counters by day and bookmarks set to a moment rely on."""
    return msgspec.structs.replace(event_of(payload), received_at=None)


def _hand_in(attempts: Sequence[_Attempt], *, actor: Staff | None, rule: QuarantineRule | None) -> Replayed:
    refs: dict[int, SourceRef] = {one.row.source_id: ref_of(one.row.source) for one in attempts}
    pairs = [(refs[one.row.source_id], one.event) for one in attempts]
    newest = Quarantine.objects.order_by("id").values_list("id", flat=True).last() or 0
    report = record_group(
        check_group(pairs, now=clock.now(), schemas=in_force(), rules=rules.current()), Known()
    )
    refused = {one.position: one for one in report.refused}
    _keep_edits(attempts, actor, rule)
    released = [one.row.id for place, one in enumerate(attempts) if place not in refused]
    Quarantine.objects.filter(id__in=released).update(released_at=clock.now())
    for position, reason in refused.items():
        _refuse_again(attempts[position], pairs[position][0], reason, newest)
    return Replayed(report.recorded, len(released) - report.recorded, len(refused), list(refused.values()))


def _keep_edits(attempts: Sequence[_Attempt], actor: Staff | None, rule: QuarantineRule | None) -> None:
    QuarantineEdit.objects.bulk_create(
        QuarantineEdit(quarantine=one.row, staff=actor, rule=rule, payload=one.payload)
        for one in attempts
        if one.payload is not None
    )


def _refuse_again(attempt: _Attempt, source: SourceRef, reason: Refused, newest: int) -> None:
    """The row gets its present reason; the row that the door made of an edited event is the same matter, so it goes."""
    row = attempt.row
    Quarantine.objects.filter(id=row.id).update(code=reason.code, detail=reason.detail.replace("\x00", "\\0"))
    made = turn_away(0, source, attempt.event, reason.code, reason.detail).fingerprint
    Quarantine.objects.filter(source=row.source, fingerprint=made, id__gt=newest).delete()
