from __future__ import annotations

from procrastinate.contrib.django import app


@app.periodic(cron="23 2 * * *")
@app.task(queueing_lock="propose_matches", lock="propose_matches", pass_context=False)
def propose_matches_nightly(timestamp: int) -> None:
    """At night, and in one process at a time: a million persons take minutes and a few gigabytes."""
    # Splink takes half a second to load, which every other process would wait for at its start.
    from recorrido.people.matching.proposing import propose_matches

    propose_matches()
