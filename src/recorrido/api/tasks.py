from __future__ import annotations

from procrastinate.contrib.django import app

from recorrido.api.read import idempotency


@app.periodic(cron="27 4 * * *")
@app.task(queueing_lock="forget_kept_answers", pass_context=False)
def forget_kept_answers(timestamp: int) -> None:
    idempotency.forget_old()
