"""Long work on ledger and quarantine: asked for, then done by the worker in short transactions that each leave a trace."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction
from procrastinate.contrib.django import app

from recorrido.company.actions import audit
from recorrido.company.models import Staff
from recorrido.events.errors import LedgerError
from recorrido.events.models import LedgerJob
from recorrido.shared import clock

TASK = "recorrido.events.tasks.run_ledger_job"

Step = Callable[[LedgerJob], "Done"]


class Done:
    """What one step did: rows handled, figures to add up, the place the next step goes on from; None when it was the last."""

    def __init__(self, handled: int, counts: Mapping[str, int], position: int | None) -> None:
        self.handled, self.counts, self.position = handled, counts, position


def request_job(
    *, actor: Staff | None, kind: str, about: dict[str, Any], total: int, position: int = 0
) -> LedgerJob:
    """Write a job down and have the worker do it."""
    with transaction.atomic():
        job = LedgerJob.objects.create(
            kind=kind, about=about, total=total, position=position, staff=actor, created_at=clock.now()
        )
        audit(
            actor=actor,
            action="ledger_job.asked",
            subject="ledger_job",
            subject_id=job.id,
            detail={"kind": kind, **about},
        )
        app.configure_task(TASK).defer(job_id=job.id)
    return job


def run_job(*, job: LedgerJob, step: Step) -> LedgerJob:
    """Do a job from where it stands to its end. A worker that dies costs the step it was in."""
    if not job.is_open:
        return job
    LedgerJob.objects.filter(id=job.id).update(state=LedgerJob.RUNNING)
    try:
        while _take(job.id, step):
            pass
    except LedgerError as error:
        LedgerJob.objects.filter(id=job.id).update(
            state=LedgerJob.FAILED, error=str(error), finished_at=clock.now()
        )
    job.refresh_from_db()
    return job


def _take(job_id: int, step: Step) -> bool:
    """One step and its trace in one transaction; False when there is nothing left to do."""
    with transaction.atomic():
        job = LedgerJob.objects.select_for_update().get(id=job_id)
        if not job.is_open:
            return False
        done = step(job)
        job.handled += done.handled
        job.counts = dict(Counter(job.counts) + Counter(done.counts))
        if done.position is None:
            job.state, job.finished_at = LedgerJob.DONE, clock.now()
        else:
            job.position = done.position
        job.save(update_fields=["handled", "counts", "state", "finished_at", "position"])
    return done.position is not None
