"""What followed from the events: counted once each, told onwards, mailed, on the map."""

from __future__ import annotations

from collections.abc import Iterator

from chaos.consumer import subject
from chaos.ledger import count
from chaos.scene import JOURNEYS
from chaos.story import CLAIM, TRACKS
from chaos.trial import Course
from chaos.verdict import Line


def of_the_consumers(course: Course) -> Iterator[Line]:
    """A consumer of the trial's own, with a row per event; and the product's two that count."""
    events = count("SELECT count(*) FROM events_event")
    late = [name for name in course.behind if not name.endswith("on their way")]
    yield Line("followers that did not get to the end", ", ".join(late) or "0", not late)
    yield Line("effects", f"{count('SELECT count(*) FROM chaos_effect'):,} of {events:,} events")
    yield Line.none("events without their effect", count(_WITHOUT))
    yield Line.none(
        "effects that happened twice", count("SELECT count(*) - count(DISTINCT event_id) FROM chaos_effect")
    )
    yield Line.none("effects of no event", count(_BASELESS))
    health = count("SELECT coalesce(sum(events), 0) FROM events_sourceday")
    yield Line.none("events that the data health counted too often, or not", abs(events - health))
    watch = count("SELECT coalesce(sum(events), 0) FROM watch_hourcount")
    yield Line.none("events that the watch counted too often, or not", abs(events - watch))


_WITHOUT = """
    SELECT count(*) FROM events_event e WHERE NOT EXISTS (SELECT FROM chaos_effect c WHERE c.event_id = e.id)
"""
_BASELESS = """
    SELECT count(*) FROM chaos_effect c WHERE NOT EXISTS (SELECT FROM events_event e WHERE e.id = c.event_id)
"""


def of_the_webhooks(course: Course) -> Iterator[Line]:
    """At least once each, always under the same id with the same words."""
    from recorrido.shared import sql

    claims = sql.fetch(_CLAIMS, CLAIM)
    messages = dict(sql.fetch("SELECT origin, public_id FROM webhooks_message"))
    expected = {messages.get(f"event:{event}") for (event,) in claims}
    came = course.received.webhooks
    waiting = count("SELECT count(*) FROM webhooks_delivery WHERE state = 'waiting' AND next_at > now()")
    missing = len(expected - came.keys()) - waiting
    yield Line("webhooks that arrived", f"{len(came):,} of {len(claims):,}, {waiting} on their way")
    yield Line(
        "… more than once, under the same id", f"{sum(n > 1 for n in course.received.tries.values()):,}"
    )
    yield Line.none("events told under no id, or under two", abs(len(claims) - len(messages)))
    yield Line.none("webhooks that never arrived", max(0, missing))
    yield Line.none("webhooks that nobody sent", len(came.keys() - expected))
    yield Line.none("ids that meant two different things", sum(len(said) > 1 for said in came.values()))


_CLAIMS = "SELECT e.id FROM events_event e JOIN events_eventtype t ON t.id = e.type_id WHERE t.name = %s"


def of_the_mails(course: Course) -> Iterator[Line]:
    """Once each; a mail whose sender died while it was handed over is not sent again, and says so."""
    from recorrido.shared import sql

    claims = {subject(event) for (event,) in sql.fetch(_CLAIMS, CLAIM)}
    state = dict(sql.fetch("SELECT subject, state FROM company_mail WHERE key LIKE 'chaos:%%'"))
    sent = {name for name, is_ in state.items() if is_ == "sent"}
    unsure = {name for name, is_ in state.items() if is_ in ("unsure", "handed")}
    came = course.received.mails
    ours = {name for name in came if name in claims}
    claimed = f"{len(unsure)} perhaps sent, {len(state) - len(sent) - len(unsure)} on their way"
    yield Line("mails that arrived", f"{len(ours):,} of {len(claims):,}; {claimed}")
    yield Line.none("claims without a mail in the outbox, or with two", len(claims ^ state.keys()))
    yield Line.none("mails that arrived twice", sum(n > 1 for n in came.values()))
    yield Line.none("mails sent that never arrived", len(sent - came.keys()))
    yield Line.none("mails that arrived and are to be sent again", len(ours - sent - unsure))
    failed = count("SELECT count(*) FROM company_mail WHERE state = 'failed'")
    yield Line.none("mails given up", failed)


def of_the_journeys() -> Iterator[Line]:
    """The log that was kept fresh says what the ledger's rows say, and what a log built anew says."""
    from recorrido.journeys.actions import build_now
    from recorrido.journeys.queries import open_study
    from recorrido.shared import sql

    rows = sql.fetch(_STEPS, list(TRACKS))
    (orders,) = sql.fetch(_ORDERS, list(TRACKS))[0]
    log = open_study(JOURNEYS).log
    fresh = log.map().to_dict()
    steps = {step["step"]: step["events"] for step in fresh["steps"]}
    told = {f"step_{TRACKS.index(name)}": number for name, number in rows}
    yield Line("journey log", f"{log.total_journeys:,} journeys, {log.total_events:,} events")
    same = steps == told and (log.total_journeys, log.total_events) == (orders, sum(told.values()))
    yield Line.equal("its figures equal the ledger's rows", same)
    build_now(journey_type=JOURNEYS, actor=None)
    yield Line.equal("its map equals that of a new build", fresh == open_study(JOURNEYS).log.map().to_dict())


_STEPS = """
    SELECT t.name, count(*) FROM events_event e JOIN events_eventtype t ON t.id = e.type_id
    WHERE t.name = ANY(%s) AND EXISTS
        (SELECT FROM events_objectref o WHERE o.id = ANY(e.object_ids) AND o.kind = 'order')
    GROUP BY 1
"""
_ORDERS = """
    SELECT count(DISTINCT o.id) FROM events_event e JOIN events_eventtype t ON t.id = e.type_id
    JOIN events_objectref o ON o.id = ANY(e.object_ids) AND o.kind = 'order' WHERE t.name = ANY(%s)
"""
