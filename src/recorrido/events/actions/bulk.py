"""The jobs by their kind: what a step of each does."""

from __future__ import annotations

from recorrido.company.models import Staff
from recorrido.events.actions.jobs import Done, Step, request_job, run_job
from recorrido.events.actions.quarantine import BATCH, discard_quarantined, replay_quarantined
from recorrido.events.actions.remapping import correct_next, undo_next
from recorrido.events.models import LedgerJob, Quarantine, QuarantineRule
from recorrido.events.queries.quarantine import Matching, refused_events

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
    rows = refused_events(matching).order_by("id")
    last, total = rows.values_list("id", flat=True).last() or 0, rows.count()
    about = {
        "source": matching.source_id,
        "code": matching.code,
        "type": matching.type_pattern,
        "words": matching.words,
        "up_to": last,
    }
    job = request_job(actor=actor, kind=kind, about=about | more, total=total)
    return carry_out(job=job) if total <= AT_ONCE else job


def _rows(job: LedgerJob) -> list[Quarantine]:
    said = job.about
    matching = Matching(said["source"], said["code"], said["type"], said["words"], said["up_to"])
    return list(refused_events(matching).filter(id__gt=job.position).order_by("id")[:BATCH])


def _replay_next(job: LedgerJob) -> Done:
    rows = _rows(job)
    rule = QuarantineRule.objects.get(id=job.about["rule"]) if job.about["rule"] else None
    report = replay_quarantined(actor=job.staff, rows=rows, rule=rule)
    counts = {"recorded": report.recorded, "duplicates": report.duplicates, "refused": report.refused}
    return Done(len(rows), counts, rows[-1].id if len(rows) == BATCH else None)


def _discard_next(job: LedgerJob) -> Done:
    rows = _rows(job)
    discarded = discard_quarantined(actor=job.staff, rows=rows, why=job.about["why"])
    return Done(len(rows), {"discarded": discarded}, rows[-1].id if len(rows) == BATCH else None)


_STEPS: dict[str, Step] = {
    LedgerJob.REPLAY: _replay_next,
    LedgerJob.DISCARD: _discard_next,
    LedgerJob.REMAP: correct_next,
    LedgerJob.UNDO: undo_next,
}
