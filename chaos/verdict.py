"""What the ledger holds, compared with what was told. The oracle is plain Python over the story made anew."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

from chaos.clients import Sender
from chaos.story import Key, Persons, Told
from chaos.trial import SOURCES, Course

ALLOWED = {0, 200, 429, 503}
"""What a client may hear: no answer, yes, or come back."""


class Attempt(NamedTuple):
    sent: float
    at: float
    status: int
    first: int
    count: int


@dataclass(frozen=True)
class Line:
    """One line of the verdict."""

    what: str
    figure: str
    kept: bool = True


def judge(course: Course) -> list[Line]:
    """All lines; a promise that was broken has ``kept`` False."""
    attempts = {sender.number: list(_attempts(sender.journal)) for sender in course.senders}
    lines = [*_of_the_way(course), *_of_the_answers(course, attempts)]
    recorded = _recorded()
    lines += _of_the_events(course, attempts, recorded)
    lines += _of_the_effects(course)
    lines += _of_the_persons(course, recorded)
    return lines


def _attempts(journal: Path) -> Iterator[Attempt]:
    for line in journal.read_text().splitlines():
        sent, at, status, first, count = line.split()
        yield Attempt(float(sent), float(at), int(status), int(first), int(count))


def _of_the_way(course: Course) -> Iterator[Line]:
    yield Line("seed", str(course.seed))
    yield Line("events told by clients", f"{course.events:,} in {course.seconds:,.0f} s")
    for kind, count in sorted(Counter((kill.kind, kill.what) for kill in course.kills).items()):
        yield Line(f"kill -9: {kind[0]}" + (f" ({kind[1]})" if kind[1] != kind[0] else ""), str(count))


def _of_the_answers(course: Course, attempts: dict[int, list[Attempt]]) -> Iterator[Line]:
    every = [one for some in attempts.values() for one in some]
    for status, count in sorted(Counter(one.status for one in every).items()):
        what = f"answered {status}" if status else "without an answer"
        yield Line(f"requests {what}", f"{count:,}", status in ALLOWED)
    yes = sorted((one for one in every if one.status == 200), key=lambda one: one.at)
    for kind in ("web", "database"):
        kills = [kill for kill in course.kills if kill.kind == kind]
        if waits := sorted(wait for kill in kills if (wait := _until_next(yes, kill.at)) is not None):
            figure = f"median {waits[len(waits) // 2]:.1f} s, longest {waits[-1]:.1f} s"
            yield Line(f"{kind} killed: until a request sent later heard 200", figure)
    yield from _of_the_disk(course, every, yes)


def _until_next(yes: list[Attempt], moment: float) -> float | None:
    return next((one.at - moment for one in yes if one.sent > moment), None)


def _of_the_disk(course: Course, every: list[Attempt], yes: list[Attempt]) -> Iterator[Line]:
    if course.full is None:
        yield Line("disk of the database full", f"not tried: {course.not_full}")
        return
    began, ended = course.full
    heard = Counter(one.status for one in every if began <= one.sent and one.at <= ended)
    told = ", ".join(f"{count} × {status or 'no answer'}" for status, count in sorted(heard.items()))
    yield Line(
        "disk of the database full", f"{ended - began:.0f} s; meanwhile {told or 'nobody was answered'}"
    )
    wait = _until_next(yes, ended)
    yield Line(
        "from room again to the next 200", f"{wait:.1f} s" if wait is not None else "never", wait is not None
    )


Recorded = dict[tuple[str, str], tuple[int, frozenset[Key]]]
"""(source, hash of the message id) → event id and the identifiers it was recorded with."""


def _recorded() -> Recorded:
    from recorrido.shared import sql

    rows = sql.fetch(
        """
        SELECT s.name, replace(e.hash::text, '-', ''), e.id,
               (SELECT array_agg(i.kind || ' ' || i.value) FROM people_identifier i WHERE i.id = ANY(e.leaf_ids))
        FROM events_event e JOIN events_source s ON s.id = e.source_id WHERE s.name = ANY(%s)
        """,
        list(SOURCES),
    )
    return {
        (source, hash_): (
            id_,
            frozenset((kind, value) for kind, _, value in (key.partition(" ") for key in keys)),
        )
        for source, hash_, id_, keys in rows
    }


def _identity(sender: Sender, told: Told) -> tuple[str, str]:
    digest = blake2b(told.item["messageId"].encode(), digest_size=16).hexdigest()
    return SOURCES[sender.number % len(SOURCES)], digest


def _of_the_events(course: Course, attempts: dict[int, list[Attempt]], recorded: Recorded) -> Iterator[Line]:
    accepted = missing = altered = unknown = 0
    told_of = set()
    for sender in course.senders:
        yes = _accepted(attempts[sender.number])
        for told in sender.story.part(sender.number, sender.events):
            identity = _identity(sender, told)
            told_of.add(identity)
            there = recorded.get(identity)
            accepted += told.number in yes
            missing += told.number in yes and there is None
            unknown += told.number not in yes and there is not None
            altered += there is not None and there[1] != frozenset(told.keys)
    double = _count("SELECT count(*) - count(DISTINCT (source_id, hash)) FROM events_event")
    strange = len(recorded.keys() - told_of)
    yield Line("events answered 200", f"{accepted:,}")
    yield Line("… of them missing in the ledger", str(missing), missing == 0)
    yield Line("events recorded twice", str(double), double == 0)
    yield Line("events recorded that nobody told", str(strange), strange == 0)
    yield Line("events recorded with other identifiers", str(altered), altered == 0)
    yield Line("recorded, their client never heard so", f"{unknown:,}")
    quarantined = _count("SELECT count(*) FROM events_quarantine")
    yield Line("events in quarantine", str(quarantined), quarantined == 0)
    pairs = _count(
        "SELECT (SELECT coalesce(sum(cardinality(object_ids)), 0) FROM events_event) - (SELECT count(*) FROM events_eventobject)"
    )
    yield Line("objects of events without their way back", str(pairs), pairs == 0)


def _accepted(attempts: list[Attempt]) -> set[int]:
    return {
        number for one in attempts if one.status == 200 for number in range(one.first, one.first + one.count)
    }


def _of_the_effects(course: Course) -> Iterator[Line]:
    yield Line("consumer arrived at the end", "yes" if course.caught_up else "no", course.caught_up)
    without = _count(
        "SELECT count(*) FROM events_event e WHERE NOT EXISTS (SELECT FROM chaos_effect c WHERE c.event_id = e.id)"
    )
    yield Line("effects", f"{_count('SELECT count(*) FROM chaos_effect'):,}")
    yield Line("events without their effect", str(without), without == 0)
    twice = _count("SELECT count(*) - count(DISTINCT (event_id, effect)) FROM chaos_effect")
    yield Line("effects that happened twice", str(twice), twice == 0)
    baseless = _count(
        "SELECT count(*) FROM chaos_effect c WHERE NOT EXISTS (SELECT FROM events_event e WHERE e.id = c.event_id)"
    )
    yield Line("effects of no event", str(baseless), baseless == 0)


def _of_the_persons(course: Course, recorded: Recorded) -> Iterator[Line]:
    from recorrido.shared import sql

    oracle = Persons()
    for _, keys in recorded.values():
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
    yield Line("persons equal to a plain union-find", "yes" if same else "no", same)
    named = all(person_id == id_ for person_id, id_ in smallest.items())
    yield Line("every person named by the smallest leaf", "yes" if named else "no", named)
    orphans = _count(_ORPHANS)
    yield Line("leaves, links and changes that point to nothing", str(orphans), orphans == 0)
    held = _count("SELECT count(*) FROM people_link WHERE state <> 'connects'")
    yield Line("links held or refused", str(held), held == 0)


def _count(statement: str) -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement)
        return int(cursor.fetchone()[0])


_ORPHANS = """
    SELECT (SELECT count(*) FROM people_identifier i WHERE NOT EXISTS (SELECT FROM people_person p WHERE p.id = i.person_id))
         + (SELECT count(*) FROM people_link l WHERE NOT EXISTS (SELECT FROM people_identifier i WHERE i.id = l.low_id)
                OR NOT EXISTS (SELECT FROM people_identifier i WHERE i.id = l.high_id))
         + (SELECT count(*) FROM people_personchange c WHERE NOT EXISTS (SELECT FROM people_person p WHERE p.id = c.person_id)
                OR NOT EXISTS (SELECT FROM people_person p WHERE p.id = c.other_id))
"""
