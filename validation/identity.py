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
    parser.add_argument(
        "--unmerges", type=int, default=2_000, help="merges undone one by one; 0 for all of them"
    )
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
    automatic = score([message.about for message in told], persons)
    show("automatic merges", automatic)
    show("the same over identifiers", score_identifiers(told))
    show_proposals(told, persons)
    labelled_data()
    return 0 if automatic.precision >= 0.99 else 1


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


def score_identifiers(told: Sequence[Message]) -> Score:
    """Over pairs of identifiers: one belongs to everybody who really uses it (a family's phone to the whole family).

    A filler or a mistyped value belongs to whom it was written down for.
    """
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT leaf, (e.properties ->> 'n')::int, i.person_id FROM events_event e, unnest(e.leaf_ids) AS leaf"
            " JOIN people_identifier i ON i.id = leaf"
        )
        rows = cursor.fetchall()
    users: dict[int, Counter[int]] = {}
    person_of = {leaf: person for leaf, _number, person in rows}
    for leaf, number, _person in rows:
        users.setdefault(leaf, Counter())[told[number].about] += 1
    owners = {leaf: _owners(count) for leaf, count in users.items()}
    persons: dict[int, list[int]] = {}
    for leaf, person in person_of.items():
        persons.setdefault(person, []).append(leaf)
    pairs = [pair for leaves in persons.values() for pair in combinations(leaves, 2)]
    right = sum(not owners[left].isdisjoint(owners[right]) for left, right in pairs)
    return Score(len(pairs), right, _pairs(human for owner in owners.values() for human in owner))


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
