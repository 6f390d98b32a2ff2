from __future__ import annotations

from procrastinate.contrib.django import app

from recorrido.connectors.webhooks import actions


@app.periodic(cron="7 4 * * *")
@app.task(queueing_lock="forget_old_messages", pass_context=False)
def forget_old_messages(timestamp: int) -> None:
    actions.forget_old_messages()
