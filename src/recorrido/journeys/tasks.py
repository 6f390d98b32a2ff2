from __future__ import annotations

from procrastinate.contrib.django import app

from recorrido.journeys import actions
from recorrido.journeys.models import BuildReason, JourneyBuild


@app.task(name="recorrido.journeys.tasks.build_journey_log", lock="journeys")
def build_journey_log(build_id: int) -> None:
    actions.run_build(build=JourneyBuild.objects.get(id=build_id))


@app.periodic(cron="*/15 * * * *")
@app.task(queueing_lock="request_stale_builds", pass_context=False)
def request_stale_builds(timestamp: int) -> None:
    actions.request_stale_builds(reason=BuildReason.SCHEDULE)
