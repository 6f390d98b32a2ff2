from __future__ import annotations

from procrastinate.contrib.django import app

from recorrido.events import actions


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="review_alarms", pass_context=False)
def review_alarms(timestamp: int) -> None:
    actions.review_alarms()


@app.periodic(cron="23 3 * * *")
@app.task(queueing_lock="forget_old_hours", pass_context=False)
def forget_old_hours(timestamp: int) -> None:
    actions.forget_old_hours()
