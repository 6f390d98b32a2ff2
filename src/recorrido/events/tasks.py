from __future__ import annotations

from procrastinate.contrib.django import app

from recorrido.events import actions
from recorrido.events.models import LedgerJob


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="review_alarms", pass_context=False)
def review_alarms(timestamp: int) -> None:
    actions.review_alarms()


@app.periodic(cron="23 3 * * *")
@app.task(queueing_lock="forget_old_hours", pass_context=False)
def forget_old_hours(timestamp: int) -> None:
    actions.forget_old_hours()


@app.task(name="recorrido.events.tasks.run_ledger_job", lock="ledger-jobs")
def run_ledger_job(job_id: int) -> None:
    """A job that stops for a reason says so in its row."""
    actions.carry_out(job=LedgerJob.objects.get(id=job_id))


@app.periodic(cron="53 2 * * *")
@app.task(queueing_lock="run_retention", pass_context=False)
def run_retention(timestamp: int) -> None:
    actions.run_retention()
