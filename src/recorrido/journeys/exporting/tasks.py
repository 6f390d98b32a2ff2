from __future__ import annotations

from procrastinate.contrib.django import app

from recorrido.journeys.exporting import actions


@app.periodic(cron="*/5 * * * *")
@app.task(queueing_lock="export_events", lock="export_events", pass_context=False)
def export_events(timestamp: int) -> None:
    actions.export_aside()
