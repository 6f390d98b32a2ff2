from __future__ import annotations

from procrastinate.contrib.django import app

from recorrido.people.matching.proposing import propose_matches


@app.periodic(cron="23 2 * * *")
@app.task(queueing_lock="propose_matches", lock="propose_matches", pass_context=False)
def propose_matches_nightly(timestamp: int) -> None:
    """At night, and in one process at a time: a million persons take minutes and a few gigabytes."""
    propose_matches()
