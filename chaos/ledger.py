"""What the ledger, the quarantine and the persons hold, compared with what was told. The oracle is plain Python over
the story made anew.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from hashlib import blake2b

from chaos.clients import Sender
from chaos.scene import SOURCES
from chaos.story import Key, Persons, Told
from chaos.trial import Course
from chaos.verdict import Attempt, Attempts, Line

Recorded = dict[tuple[str, str], tuple[str, frozenset[Key]]]
"""(source, hash of the message id) → event type and the identifiers it was recorded with."""


def count(statement: str, *parameters: object) -> int:
    from recorrido.shared import sql

    ((number,),) = sql.fetch(statement, *parameters)
    return int(number)


def recorded() -> Recorded:
    from recorrido.shared import sql

    rows = sql.fetch(
        """
        SELECT s.name, replace(e.hash::text, '-', ''), t.name,
               (SELECT array_agg(i.kind || ' ' || i.value) FROM people_identifier i WHERE i.id = ANY(e.leaf_ids))
        FROM events_event e JOIN events_source s ON s.id = e.source_id JOIN events_eventtype t ON t.id = e.type_id
        WHERE s.name = ANY(%s)
        """,
        list(SOURCES),
    )
    return {
        (source, hash_): (name, frozenset((key.partition(" ")[0], key.partition(" ")[2]) for key in keys))
        for source, hash_, name, keys in rows
    }


def source_of(sender: Sender) -> str:
    return SOURCES[sender.number % len(SOURCES)]


def _identity(sender: Sender, told: Told) -> tuple[str, str]:
    digest = blake2b(told.item["messageId"].encode(), digest_size=16).hexdigest()
    return source_of(sender), digest


def _accepted(attempts: list[Attempt]) -> set[int]:
    return {n for one in attempts if one.status == 200 for n in range(one.first, one.first + one.events)}


def of_the_events(course: Course, attempts: Attempts, there: Recorded) -> Iterator[Line]:
    tally: Counter[str] = Counter()
    told_of = set()
    for sender in course.senders:
        yes = _accepted(attempts[sender.number])
        for told in sender.story.part(sender.number, sender.events):
            identity = _identity(sender, told)
            told_of.add(identity)
            tally.update(_found(told, there.get(identity), told.number in yes))
    double = count("SELECT count(*) - count(DISTINCT (source_id, hash)) FROM events_event")
    yield Line("events answered 200", f"{tally['accepted']:,}")
    yield Line.none("… of them missing in the ledger", tally["missing"])
    yield Line.none("events recorded twice", double)
    yield Line.none("events recorded that nobody told", len(there.keys() - told_of))
    yield Line.none("events recorded as something else", tally["altered"])
    yield Line.none("broken events recorded all the same", tally["broken"])
    yield Line("recorded, their client never heard so", f"{tally['unheard']:,}")
    yield Line.none("objects of events without their way back", count(_PAIRS))


def _found(told: Told, there: tuple[str, frozenset[Key]] | None, accepted: bool) -> Iterator[str]:
    """What is to be said of one event that was told."""
    if accepted:
        yield "accepted"
    if told.refused:
        if there is not None:
            yield "broken"
    elif there is None:
        if accepted:
            yield "missing"
    else:
        name = told.item.get("event", told.item["type"])
        if there != (name, frozenset(told.keys)):
            yield "altered"
        if not accepted:
            yield "unheard"


_PAIRS = """
    SELECT (SELECT coalesce(sum(cardinality(object_ids)), 0) FROM events_event)
         - (SELECT count(*) FROM events_eventobject)
"""


def of_the_quarantine(course: Course, attempts: Attempts) -> Iterator[Line]:
    """Every broken event that was answered 200 lies there once, under its reason; and nothing else does."""
    from recorrido.shared import sql

    rows = sql.fetch(
        "SELECT s.name, q.code, q.payload FROM events_quarantine q JOIN events_source s ON s.id = q.source_id"
    )
    kept = Counter((source, json.loads(payload)["message_id"], code) for source, code, payload in rows)
    may, must = set(), set()
    for sender in course.senders:
        yes = _accepted(attempts[sender.number])
        for told in sender.story.part(sender.number, sender.events):
            if told.refused:
                name = (source_of(sender), told.item["messageId"], told.refused)
                may.add(name)
                must |= {name} if told.number in yes else set()
    yield Line("broken events in quarantine", f"{len(kept):,}")
    yield Line.none("… answered 200 and missing there", len(must - kept.keys()))
    yield Line.none("… there twice", kept.total() - len(kept))
    yield Line.none("sound events in quarantine, or for another reason", len(kept.keys() - may))


def of_the_persons(there: Recorded) -> Iterator[Line]:
    from recorrido.shared import sql

    oracle = Persons()
    for _, keys in there.values():
        oracle.tell(tuple(sorted(keys)))
    rows = sql.fetch("SELECT kind, value, id, person_id FROM people_identifier")
    person = {(kind, value): person_id for kind, value, _, person_id in rows}
    smallest: dict[int, int] = {}
    for _, _, id_, person_id in rows:
        smallest[person_id] = min(id_, smallest.get(person_id, id_))
    roots = oracle.roots()
    pairs = {(root, person.get(key)) for key, root in roots.items()}
    same = len(pairs) == len({root for root, _ in pairs}) == len({found for _, found in pairs})
    yield Line("persons", f"{len(set(person.values())):,}")
    yield Line.equal("persons equal to a plain union-find", same and person.keys() == roots.keys())
    named = all(person_id == id_ for person_id, id_ in smallest.items())
    yield Line.equal("every person named by the smallest leaf", named)
    yield Line.none("leaves, links and changes that point to nothing", count(_ORPHANS))
    yield Line.none(
        "links held or refused", count("SELECT count(*) FROM people_link WHERE state <> 'connects'")
    )


_ORPHANS = """
    SELECT (SELECT count(*) FROM people_identifier i WHERE NOT EXISTS (SELECT FROM people_person p WHERE p.id = i.person_id))
         + (SELECT count(*) FROM people_link l WHERE NOT EXISTS (SELECT FROM people_identifier i WHERE i.id = l.low_id)
                OR NOT EXISTS (SELECT FROM people_identifier i WHERE i.id = l.high_id))
         + (SELECT count(*) FROM people_personchange c WHERE NOT EXISTS (SELECT FROM people_person p WHERE p.id = c.person_id)
                OR NOT EXISTS (SELECT FROM people_person p WHERE p.id = c.other_id))
"""
