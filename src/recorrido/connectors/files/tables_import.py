"""Tables through a mapping into the ledger."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from recorrido.connectors.files.counting import count_rules, count_tables
from recorrido.connectors.files.errors import StrictStop
from recorrido.connectors.files.lines import Line, decode, pairs
from recorrido.connectors.files.mapping import EventRule, FileMapping, PersonRule
from recorrido.connectors.files.progress import Progress
from recorrido.connectors.files.rejects import Reject, rows_rejected
from recorrido.connectors.files.rules import check_rules, create_views, run_rules, select_rows
from recorrido.connectors.files.summary import ImportSummary, RuleCount
from recorrido.connectors.files.tables import Connection, load_table, lock, match_files, workspace
from recorrido.connectors.files.times import UnreadableTime, read_time
from recorrido.events.actions import ensure_source, record_many
from recorrido.events.door import AHEAD, EARLIEST
from recorrido.events.records import MAX_GROUP, NewEvent
from recorrido.people.actions import introduce_many
from recorrido.people.introductions import BEFORE_ALL, Introduction
from recorrido.shared import clock

Row = tuple[int, int, str, int, str | None, str]
"""rule number, number in its table, file, row of the file, time as text, JSON line"""


def import_tables(
    mapping: FileMapping, files: Sequence[Path], summary: ImportSummary, strict: bool, progress: Progress
) -> list[Reject]:
    """Read, check, record. Fills ``summary`` and returns the rejected rows."""
    matched = match_files(mapping, files)
    with workspace() as (db, scratch):
        rejects = _prepare(db, scratch, mapping, matched, summary, strict, progress)
        _introduce(db, mapping, summary, rejects, progress)
        _record(db, mapping, summary, rejects, progress)
        stop_if_strict(strict, rejects)
    return rejects


@dataclass(slots=True)
class Trial:
    """What an import would do, found out without recording anything. ``spans``: per event rule its first and last
    moment; ``beyond``: moments that the ledger would refuse; ``asked``: what ``ask`` found in the loaded tables."""

    summary: ImportSummary
    rejects: list[Reject]
    spans: list[tuple[datetime, datetime] | None]
    beyond: int = 0
    asked: list[tuple[Any, ...]] = field(default_factory=list)


def try_tables(
    mapping: FileMapping, files: Sequence[Path], progress: Progress, ask: str = "", *asked: Any
) -> Trial:
    """Read and check as ``import_tables`` does, and make every event, but record none. ``ask``: SQL over the tables."""
    matched = match_files(mapping, files)
    trial = Trial(ImportSummary(run=0), [], [None] * len(mapping.events))
    with workspace() as (db, scratch):
        trial.rejects = _prepare(db, scratch, mapping, matched, trial.summary, False, progress)
        if ask:
            trial.asked = db.execute(ask, asked).fetchall()
        counts = trial.summary.rules[: len(mapping.events)]
        progress.stage(_("Trying out events"), sum(count.made for count in counts))
        latest = clock.now() + AHEAD
        for number, event in enumerate_events(db, mapping, counts, trial.rejects):
            span = trial.spans[number]
            trial.spans[number] = (event.at, event.at) if span is None else (span[0], max(span[1], event.at))
            trial.beyond += not EARLIEST <= event.at <= latest
            progress.advance(1)
    trial.summary.rejected = rows_rejected(trial.rejects)
    return trial


def _prepare(
    db: Connection,
    scratch: Path,
    mapping: FileMapping,
    matched: Mapping[str, list[Path]],
    summary: ImportSummary,
    strict: bool,
    progress: Progress,
) -> list[Reject]:
    """Load the tables, check the rules against them, count what each would make."""
    rejects: list[Reject] = []
    for table in mapping.tables.values():
        names = ", ".join(file.name for file in matched[table.name])
        progress.stage(
            _("Reading %s") % (names or table.name), sum(f.stat().st_size for f in matched[table.name])
        )
        rejects += load_table(db, table, matched[table.name], mapping, scratch, progress)
    stop_if_strict(strict, rejects)
    lock(db)
    create_views(db, mapping)
    check_rules(db, mapping)
    summary.rules = count_rules(db, mapping)
    summary.tables = count_tables(db, mapping, rejects)
    return rejects


def stop_if_strict(strict: bool, rejects: Sequence[Reject]) -> None:
    if strict and rejects:
        raise StrictStop(len(rejects), str(rejects[0]))


def _record(
    db: Connection, mapping: FileMapping, summary: ImportSummary, rejects: list[Reject], progress: Progress
) -> None:
    counts = summary.rules[: len(mapping.events)]
    progress.stage(_("Recording events"), sum(count.made for count in counts))
    source = ensure_source(name=mapping.source, country=mapping.country)
    events = (event for _number, event in enumerate_events(db, mapping, counts, rejects))
    summary.take_in(record_many(source=source, events=events, progress=progress.advance))


def enumerate_events(
    db: Connection, mapping: FileMapping, counts: Sequence[RuleCount], rejects: list[Reject]
) -> Iterator[tuple[int, NewEvent]]:
    """(rule, event): all of all rules in the order of their times, so that the ledger lies in that order too."""
    if not mapping.events:
        return
    rows = " UNION ALL ".join(
        select_rows(rule, number, mapping) for number, rule in enumerate(mapping.events)
    )
    query = f"SELECT * FROM ({rows}) WHERE _at IS NOT NULL ORDER BY TRY_CAST(_at AS TIMESTAMP), _rule, _n"
    run_rules(db, mapping, query)
    for row in _fetched(db):
        rule = mapping.events[row[0]]
        try:
            yield row[0], _event(rule, row, mapping)
        except ValueError as error:
            rejects.append(_reject(rule, row, error))
            counts[row[0]].rejected += 1
            counts[row[0]].made -= 1


def _event(rule: EventRule, row: Row, mapping: FileMapping) -> NewEvent:
    line: Line = decode(row[5])
    at, date_only = read_time(row[4] or "", mapping.zone)
    return NewEvent(
        line.message_id,
        rule.type,
        at,
        line.channel or rule.channel,
        pairs(line.identifiers),
        pairs(line.objects),
        {name: value for name, value in line.properties.items() if value is not None},
        date_only=rule.date_only or date_only,
        attributes={name: value for name, value in line.attributes.items() if value is not None},
    )


def _introduce(
    db: Connection, mapping: FileMapping, summary: ImportSummary, rejects: list[Reject], progress: Progress
) -> None:
    counts = summary.rules[len(mapping.events) :]
    for number, (rule, count) in enumerate(zip(mapping.persons, counts, strict=True)):
        progress.stage(_("Persons of %s") % rule.table, count.made)
        rows_of_rule = select_rows(rule, number, mapping)
        run_rules(db, mapping, f"SELECT * FROM ({rows_of_rule}) WHERE _at IS NOT NULL ORDER BY _n")
        refused = list(_introduce_rows(rule, _fetched(db), mapping, progress))
        count.rejected += len(refused)
        count.made -= len(refused)
        rejects += refused


def _introduce_rows(
    rule: PersonRule, rows: Iterable[Row], mapping: FileMapping, progress: Progress
) -> Iterator[Reject]:
    """Those that are no person, or that nothing identifies. The rows are read in the thread that reads ahead."""
    refused, read = list[Reject](), deque[Row]()

    def persons() -> Iterator[Introduction]:
        for row in rows:
            try:
                person = _introduction(rule, row, mapping)
            except ValueError as error:
                refused.append(_reject(rule, row, error))
                continue
            read.append(row)
            yield person

    problems = introduce_many(source=mapping.source, country=mapping.country, persons=persons())
    while group := list(islice(problems, MAX_GROUP)):
        progress.advance(len(group))
        told = [(read.popleft(), problem) for problem in group]
        yield from (_reject(rule, row, problem) for row, problem in told if problem)
    progress.advance(len(refused))
    yield from refused


def _introduction(rule: PersonRule, row: Row, mapping: FileMapping) -> Introduction:
    line: Line = decode(row[5])
    at = read_time(row[4], mapping.zone)[0] if row[4] else BEFORE_ALL
    facts = {name: value for name, value in line.attributes.items() if value is not None}
    return Introduction(f"{rule.table}/{row[2]}/{row[3]}", pairs(line.identifiers), facts, at)


def _fetched(db: Connection) -> Iterator[Row]:
    while rows := db.fetchmany(MAX_GROUP):
        yield from rows


def _reject(rule: EventRule | PersonRule, row: Row, why: Exception) -> Reject:
    column = "at" if isinstance(why, UnreadableTime) else ""
    return Reject(rule.table, row[2], row[3], None, column, str(why), row[5])
