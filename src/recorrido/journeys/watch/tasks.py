from __future__ import annotations

from procrastinate.contrib.django import app

from recorrido.journeys.watch import actions


@app.periodic(cron="7 * * * *")
@app.task(queueing_lock="forget_old_counts", pass_context=False)
def forget_old_counts(timestamp: int) -> None:
    actions.forget_old_counts()
