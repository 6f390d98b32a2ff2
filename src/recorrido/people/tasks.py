from __future__ import annotations

from procrastinate.contrib.django import app

from recorrido.people import acquaintances


@app.periodic(cron="23 2 * * *")
@app.task(queueing_lock="propose_matches", lock="propose_matches", pass_context=False)
def propose_matches_nightly(timestamp: int) -> None:
    """At night, and in one process at a time: a million persons take minutes and a few gigabytes."""
    # Splink takes half a second to load, which every other process would wait for at its start.
    from recorrido.people.matching.proposing import propose_matches

    propose_matches()


@app.periodic(cron="47 * * * *")
@app.task(queueing_lock="clear_out_acquaintances", pass_context=False)
def clear_out_acquaintances(timestamp: int) -> None:
    """Where somebody is just writing, an hour later."""
    acquaintances.clear_out()
