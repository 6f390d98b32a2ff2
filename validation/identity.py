"""``make validate-identity``: automatic merges and proposals against people whose truth is known.

Works in a database of its own that is dropped afterwards. Prints its tables; docs/validation.md keeps the last ones.
"""

from __future__ import annotations

import argparse
import csv
import os
import time
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Sequence
from itertools import combinations
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, NamedTuple

from validation.people import Message, humans, messages

if TYPE_CHECKING:
    from recorrido.events.records import NewEvent

LABELLED = Path(__file__).resolve().parents[2] / "shared" / "data" / "identity"


class Score(NamedTuple):
    """Pairs of records: ``said`` by us to be one person, ``right`` of them, and ``true`` ones there are."""

    said: int
    right: int
    true: int

    @property
    def precision(self) -> float:
        return self.right / self.said if self.said else 1.0

    @property
    def recall(self) -> float:
        return self.right / self.true if self.true else 1.0


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="validation identity", description=__doc__)
    parser.add_argument("--people", type=int, default=50_000)
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--undo", type=int, default=0, help="merges to undo one by one; 0: every one of them")
    options = parser.parse_args(arguments)
    _set_up()
    from django.db import connection

    name = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        return _run(options)
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


def _set_up() -> None:
    from recorrido.site import boot

    boot.ready()
    from django.db import connection

    connection.settings_dict["TEST"]["NAME"] = f"validation_recorrido_{os.getpid()}"


def _run(options: argparse.Namespace) -> int:
    told = list(messages(humans(options.people, options.seed), options.seed))
    began = time.perf_counter()
    persons = tell(told)
    seconds = time.perf_counter() - began
    print(
        f"{options.people:,} people, {len(told):,} messages of six sources, seed {options.seed}, {seconds:.0f} s"
    )
    owners = _all_owners(told)
    merges, automatic = score_merges(owners), score_identifiers(owners)
    print(f"  {'automatic merges':<44} {merges.said:>9,}        precision {merges.precision:.4f}")
    show("identifiers put in one person", automatic)
    show("messages put under one person", score([message.about for message in told], persons))
    show_proposals(told, persons)
    labelled_data()
    back = undo_merges(options.undo, options.seed)
    return 0 if min(merges.precision, automatic.precision) >= 0.99 and back else 1


def tell(told: Sequence[Message]) -> list[int | None]:
    """Record the messages in their order; the person each belongs to in the end, None for nobody.

    What two persons use (a contested identifier) belongs to neither.
    """
    from django.db import connection

    from recorrido.events.actions import record_from_sources

    record_from_sources(events=_events(told), country="CL")
    persons: list[int | None] = [None] * len(told)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (e.properties ->> 'n')::int, CASE WHEN NOT i.contested THEN i.person_id END"
            " FROM events_event e LEFT JOIN people_identifier i ON i.id = e.leaf_id"
        )
        for number, person in cursor.fetchall():
            persons[number] = person
    return persons


def _events(told: Sequence[Message]) -> Iterator[tuple[str, NewEvent]]:
    from recorrido.events.records import NewEvent

    for n, message in enumerate(told):
        yield (
            message.source,
            NewEvent(
                message_id=f"m{n}",
                type="contact.received",
                at=message.at,
                identifiers=message.identifiers,
                attributes=message.attributes,
                properties={"n": n},
            ),
        )


def score(truth: Sequence[int], said: Sequence[int | None]) -> Score:
    """Over pairs of messages; one that belongs to nobody is a person of its own."""
    named = [person if person is not None else -number - 1 for number, person in enumerate(said)]
    return Score(_pairs(named), _pairs(zip(named, truth, strict=True)), _pairs(truth))


def _pairs(groups: Iterable[Hashable]) -> int:
    return sum(n * (n - 1) // 2 for n in Counter(groups).values())


def show(what: str, found: Score) -> None:
    print(
        f"  {what:<44} {found.said:>9,} pairs  precision {found.precision:.4f}  recall {found.recall:.4f}",
        flush=True,
    )


def score_identifiers(owners: Owners) -> Score:
    """Over pairs of identifiers: one belongs to everybody who really uses it (a family's phone to the whole family).

    A filler or a mistyped value belongs to whom it was written down for.
    """
    from recorrido.people.models import Identifier

    persons: dict[int, list[int]] = {}
    for leaf, person in Identifier.objects.filter(id__in=owners).values_list("id", "person_id"):
        persons.setdefault(person, []).append(leaf)
    pairs = [pair for leaves in persons.values() for pair in combinations(leaves, 2)]
    right = sum(not owners[left].isdisjoint(owners[right]) for left, right in pairs)
    return Score(len(pairs), right, _pairs(human for owner in owners.values() for human in owner))


def score_merges(owners: Owners) -> Score:
    """One by one, those that stand: whether the two identifiers whose link merged two persons are used by one human."""
    from recorrido.people.models import PersonChange

    rows = PersonChange.objects.filter(kind=PersonChange.MERGED, link__state="connects")
    links = rows.values_list("link__low_id", "link__high_id")
    right = sum(not owners[low].isdisjoint(owners[high]) for low, high in links)
    return Score(len(links), right, right)


Owners = dict[int, frozenset[int]]
"""Identifier → the humans who use it."""


def _all_owners(told: Sequence[Message]) -> Owners:
    from django.db import connection

    users: dict[int, Counter[int]] = {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT leaf, (properties ->> 'n')::int FROM events_event, unnest(leaf_ids) AS leaf")
        for leaf, number in cursor.fetchall():
            users.setdefault(leaf, Counter())[told[number].about] += 1
    return {leaf: _owners(count) for leaf, count in users.items()}


def _owners(users: Counter[int]) -> frozenset[int]:
    """Who uses an identifier: whoever wrote it in at least a fifth of its messages; a slip of the pen is no use."""
    most = users.total()
    return frozenset(human for human, n in users.items() if n * 5 >= most)


def show_proposals(told: Sequence[Message], persons: Sequence[int | None]) -> None:
    """What would become of recall if somebody accepted every proposal."""
    from recorrido.people.matching import find_matches

    began = time.perf_counter()
    matches = find_matches(most=1_000_000)
    seconds = time.perf_counter() - began
    about = _majority(told, persons)
    for least in (0.5, 0.8, 0.95):
        taken = [match for match in matches if match.score >= least]
        right = sum(about.get(match.low) == about.get(match.high) for match in taken)
        joined = joined_by(persons, [(match.low, match.high) for match in taken])
        share = right / max(1, len(taken))
        print(f"  proposals from {least:.2f}: {len(taken):,}, of them right {share:.4f}")
        show("    merges and accepted proposals", score([message.about for message in told], joined))
    print(f"  the search took {seconds:.0f} s")


def _majority(told: Sequence[Message], persons: Sequence[int | None]) -> dict[int, int]:
    counts: dict[int, Counter[int]] = {}
    for message, person in zip(told, persons, strict=True):
        if person is not None:
            counts.setdefault(person, Counter())[message.about] += 1
    return {person: count.most_common(1)[0][0] for person, count in counts.items()}


def joined_by(persons: Sequence[int | None], pairs: Iterable[tuple[int, int]]) -> list[int | None]:
    from recorrido.people.components import Components

    components = Components(pairs)
    return [None if person is None else components.find(person) for person in persons]


def undo_merges(most: int, seed: int) -> bool:
    """Undo automatic merges one by one in any order; whether the persons are those of before, to the last identifier."""
    from recorrido.company.models import Staff
    from recorrido.people.actions import unmerge
    from recorrido.people.models import Identifier, PersonChange

    rows = PersonChange.objects.filter(kind=PersonChange.MERGED, link__state="connects")
    merges = dict(rows.order_by("id").values_list("id", "link_id"))
    chosen = Random(seed).sample(sorted(merges), min(most or len(merges), len(merges)))
    start = _start({merges[one] for one in chosen})
    actor = Staff.objects.create(email="validation@example.com", name="Validation", role="admin")
    began = time.perf_counter()
    undone = sum(unmerge(actor=actor, merge=one, why="validation") is not None for one in chosen)
    seconds = time.perf_counter() - began
    wrong = sum(start[leaf] != person for leaf, person in Identifier.objects.values_list("id", "person_id"))
    print(f"  {undone:,} of {len(merges):,} merges undone one by one in random order, {seconds:.0f} s")
    print(f"    identifiers that are not where they were before: {wrong:,} of {len(start):,}")
    return undone == len(chosen) and wrong == 0


def _start(merges: set[int]) -> dict[int, int]:
    """The person of each identifier as if these links had never joined anybody, nor those that told the same later."""
    from django.db import connection

    from recorrido.people.components import Components

    whole, start = Components(), Components()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, low_id, high_id FROM people_link WHERE state = 'connects' ORDER BY coalesce(place, id)"
        )
        for link, low, high in cursor.fetchall():
            if whole.find(low) != whole.find(high) and link not in merges:
                start.join(low, high)
            whole.join(low, high)
        cursor.execute("SELECT id FROM people_identifier")
        return {leaf: start.find(leaf) for (leaf,) in cursor.fetchall()}


def labelled_data() -> None:
    """Splink's thousand records: each is a person of its own; only the comparison can join them."""
    if not LABELLED.exists():
        print("  the labelled records are not here (shared/data/identity): skipped")
        return
    import duckdb

    from recorrido.people.matching.search import matches_in

    store = duckdb.connect()
    for statement in _RECORDS:
        store.execute(statement.format(file=LABELLED / "fake_1000.csv"))
    with (LABELLED / "fake_1000_labels.csv").open() as file:
        labels = {_pair(row): float(row["clerical_match_score"]) for row in csv.DictReader(file)}
    found = {(match.low, match.high): match.score for match in matches_in(store, least=0.01, most=100_000)}
    true = {pair for pair, label in labels.items() if label == 1.0}
    print(f"1,000 labelled records, {len(true):,} true pairs")
    for least in (0.01, 0.5, 0.8, 0.95):
        said = {pair for pair, value in found.items() if value >= least}
        show(f"proposals from {least:.2f}", Score(len(said), len(said & true), len(true)))


def _pair(row: dict[str, str]) -> tuple[int, int]:
    left, right = int(row["unique_id_l"]), int(row["unique_id_r"])
    return (left, right) if left < right else (right, left)


_RECORDS = (
    """CREATE TABLE persons AS SELECT unique_id AS person, lower(first_name) AS first_name, lower(surname) AS surname,
       dob::VARCHAR AS dob, lower(city) AS city, NULL::VARCHAR AS address, lower(email) AS email,
       split_part(lower(email), '@', 1) AS email_local, NULL::VARCHAR AS phone, NULL::VARCHAR AS phone_end
       FROM read_csv('{file}')""",
    "CREATE TABLE official (person BIGINT, kind VARCHAR, value VARCHAR)",
)
