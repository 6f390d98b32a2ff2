from __future__ import annotations

from procrastinate.contrib.django import app

from recorrido.journeys.analyses import actions


@app.task(name="recorrido.journeys.analyses.tasks.work_out", lock="analyses")
def work_out(analysis_id: int) -> None:
    """One after the other: each takes the processors it can get."""
    actions.carry_out_aside(analysis_id)


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="request_scheduled_analyses", pass_context=False)
def request_scheduled_analyses(timestamp: int) -> None:
    actions.request_scheduled()
