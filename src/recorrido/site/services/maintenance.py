"""What the queue needs to stay healthy: procrastinate leaves both to us."""

from __future__ import annotations

from procrastinate.contrib.django import app
from procrastinate.exceptions import UniqueViolation
from procrastinate.jobs import Status

KEPT_HOURS = 14 * 24
SECONDS_WITHOUT_HEARTBEAT = 30


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="retry_stalled_jobs", queue="maintenance", pass_context=False)
async def retry_stalled_jobs(timestamp: int) -> None:
    """Give the jobs of a worker that died to another one; a job whose next one waits already is over."""
    stalled = await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=SECONDS_WITHOUT_HEARTBEAT)
    for job in stalled:
        try:
            await app.job_manager.retry_job(job)
        except UniqueViolation:  # of the queueing lock
            await app.job_manager.finish_job(job, Status.ABORTED, delete_job=False)


@app.periodic(cron="41 3 * * *")
@app.task(queueing_lock="delete_old_jobs", queue="maintenance", pass_context=False)
async def delete_old_jobs(timestamp: int) -> None:
    await app.job_manager.delete_old_jobs(
        nb_hours=KEPT_HOURS, include_failed=True, include_cancelled=True, include_aborted=True
    )
