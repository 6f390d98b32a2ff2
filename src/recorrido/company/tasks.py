from __future__ import annotations

from procrastinate.contrib.django import app

from recorrido.company import actions


@app.periodic(cron="17 3 * * *")
@app.task(queueing_lock="forget_old_attempts", pass_context=False)
def forget_old_attempts(timestamp: int) -> None:
    actions.forget_old_attempts()


@app.periodic(cron="29 3 * * *")
@app.task(queueing_lock="forget_old_mails", pass_context=False)
def forget_old_mails(timestamp: int) -> None:
    actions.forget_old_mails()
