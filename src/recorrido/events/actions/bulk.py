"""The jobs by their kind: what a step of each does."""

from __future__ import annotations

from dataclasses import replace

from recorrido.company.models import Staff
from recorrido.events.actions.jobs import Done, Step, request_job, run_job
from recorrido.events.actions.quarantine import BATCH, discard_quarantined, replay_quarantined
from recorrido.events.actions.remapping import correct_next, undo_next
from recorrido.events.models import LedgerJob, Quarantine, QuarantineRule
from recorrido.events.queries.quarantine import (
    WINDOW,
    Matching,
    Stretch,
    count_waiting,
    next_waiting,
    refused_events,
)

AT_ONCE = 200
"""So many refused events are handed in while the reader waits; more of them become a job."""


def replay_matching(*, actor: Staff, matching: Matching, rule: QuarantineRule | None) -> LedgerJob:
    """Hand in again all that wait and match now; what comes later is not meant. A few at once, many by the worker."""
    return _for_all(actor, LedgerJob.REPLAY, matching, {"rule": rule.id if rule else None})


def discard_matching(*, actor: Staff, matching: Matching, why: str) -> LedgerJob:
    """Discard all that wait and match now, for a reason."""
    if not why.strip():
        discard_quarantined(actor=actor, rows=[], why=why)  # says what is missing
    return _for_all(actor, LedgerJob.DISCARD, matching, {"why": why})


def carry_out(*, job: LedgerJob) -> LedgerJob:
    """Do a job that was asked for, in this process."""
    return run_job(job=job, step=_STEPS[job.kind])


def _for_all(actor: Staff, kind: str, matching: Matching, more: dict[str, object]) -> LedgerJob:
    last = Quarantine.objects.order_by("id").values_list("id", flat=True).last() or 0
    matching = replace(matching, up_to=last)
    total = count_waiting(matching)
    few = total if total > WINDOW else refused_events(matching).count()
    about = {
        "source": matching.source_id,
        "code": matching.code,
        "type": matching.type_pattern,
        "words": matching.words,
        "up_to": last,
    }
    job = request_job(actor=actor, kind=kind, about=about | more, total=total)
    return carry_out(job=job) if few <= AT_ONCE else job


def _next(job: LedgerJob) -> tuple[Stretch, int]:
    """The next events of a job, and how many were looked at to find them."""
    said = job.about
    matching = Matching(said["source"], said["code"], said["type"], said["words"], said["up_to"])
    stretch = next_waiting(matching, after=job.position, limit=BATCH)
    return stretch, count_waiting(matching, after=job.position, up_to=stretch.reached)


def _replay_next(job: LedgerJob) -> Done:
    stretch, looked_at = _next(job)
    rule = QuarantineRule.objects.get(id=job.about["rule"]) if job.about["rule"] else None
    report = replay_quarantined(actor=job.staff, rows=stretch.rows, rule=rule)
    counts = {"recorded": report.recorded, "duplicates": report.duplicates, "refused": report.refused}
    return Done(looked_at, counts, stretch.reached)


def _discard_next(job: LedgerJob) -> Done:
    stretch, looked_at = _next(job)
    discarded = discard_quarantined(actor=job.staff, rows=stretch.rows, why=job.about["why"])
    return Done(looked_at, {"discarded": discarded}, stretch.reached)


_STEPS: dict[str, Step] = {
    LedgerJob.REPLAY: _replay_next,
    LedgerJob.DISCARD: _discard_next,
    LedgerJob.REMAP: correct_next,
    LedgerJob.UNDO: undo_next,
}
