from __future__ import annotations

from procrastinate.contrib.django import app

from recorrido.journeys import actions
from recorrido.journeys.models import BuildReason


@app.task(name="recorrido.journeys.tasks.build_journey_log", lock="journeys")
def build_journey_log(build_id: int) -> None:
    """The build's row, which pages show, says why it stopped; a traceback in the worker's log would say it worse."""
    actions.carry_out_aside(build_id)


@app.periodic(cron="*/15 * * * *")
@app.task(queueing_lock="request_stale_builds", pass_context=False)
def request_stale_builds(timestamp: int) -> None:
    actions.request_stale_builds(reason=BuildReason.SCHEDULE)
