"""Files into DuckDB tables: every record is read, rejected with its reason, or stops the import with a sentence.

Per table ``t`` of the mapping: ``raw_t`` (texts as they stand), ``t`` (typed, good rows only); both carry ``_n`` (number
over all files of the table), ``_file`` and ``_row``.
"""

from __future__ import annotations

import csv
import fnmatch
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
from django.utils.translation import gettext as _

from recorrido.connectors.files.cells import cell_as_typed, literal, plain_cell, quoted, says_of
from recorrido.connectors.files.errors import FilesMissing, FileUnreadable, TooManyRejects
from recorrido.connectors.files.mapping import Column, FileMapping, Table
from recorrido.connectors.files.progress import Progress
from recorrido.connectors.files.records import Record, Rows, plain_table
from recorrido.connectors.files.rejects import Reject

Connection = duckdb.DuckDBPyConnection
OWN = ("_n", "_file", "_row", "_again")
TAB = "\t"
MOST_REJECTS = 100_000  # kept with their content; a table with more is read wrongly as a whole
TOLD_EVERY = 20_000  # rows
MEMORY = "1GB"  # what does not fit goes to disk: a large file must not take the machine


@contextmanager
def workspace() -> Iterator[tuple[Connection, Path]]:
    """A DuckDB database on disk that vanishes afterwards, and a folder beside it."""
    with (
        TemporaryDirectory(prefix="recorrido-import-") as folder,
        duckdb.connect(str(Path(folder) / "import.duckdb"), config={"memory_limit": MEMORY}) as db,
    ):
        yield db, Path(folder)


def match_files(mapping: FileMapping, files: Sequence[Path]) -> dict[str, list[Path]]:
    """Which files belong to which table. Raises FilesMissing."""
    found = {
        table.name: [file for file in files if any(fnmatch.fnmatch(file.name, p) for p in table.files)]
        for table in mapping.tables.values()
    }
    known = {file for matched in found.values() for file in matched}
    if strays := [file.name for file in files if file not in known]:
        patterns = ", ".join(pattern for table in mapping.tables.values() for pattern in table.files)
        message = _("%(files)s: no table of the mapping has this file name; it knows %(patterns)s.")
        raise FilesMissing(message % {"files": ", ".join(strays), "patterns": patterns})
    for table in mapping.tables.values():
        if not found[table.name] and not table.optional:
            message = _("The table “%(table)s” has no file; add one named %(patterns)s, or make it optional.")
            raise FilesMissing(message % {"table": table.name, "patterns": ", ".join(table.files)})
    return found


def load_table(
    db: Connection,
    table: Table,
    files: Sequence[Path],
    mapping: FileMapping,
    scratch: Path,
    progress: Progress,
) -> list[Reject]:
    """Read the files of one table; returns the rejected rows. ``progress`` hears bytes."""
    rejects: list[Reject] = []
    parts = [
        _load_file(db, table, file, number, scratch, rejects, progress) for number, file in enumerate(files)
    ]
    columns = _columns_of(db, parts) or _declared(table)
    _check_columns(table, columns, files)
    _join_parts(db, table, parts, columns)
    _type_cells(db, table, columns, mapping)
    rejects += _bad_rows(db, table, columns)
    _stop_if_too_many(rejects)
    return rejects


def _stop_if_too_many(rejects: Sequence[Reject]) -> None:
    if len(rejects) > MOST_REJECTS:
        raise TooManyRejects(len(rejects), str(rejects[-1]))


def lock(db: Connection) -> None:
    """From here on expressions of the mapping run: they see the loaded tables and nothing else of this machine."""
    db.execute("SET enable_external_access = false")
    db.execute("SET lock_configuration = true")


def columns_of(db: Connection, relation: str) -> list[str]:
    return [row[0] for row in db.execute(f"DESCRIBE {quoted(relation)}").fetchall()]


def _load_file(
    db: Connection,
    table: Table,
    file: Path,
    number: int,
    scratch: Path,
    rejects: list[Reject],
    progress: Progress,
) -> str:
    part = f"part_{table.name}_{number}"
    if table.written is not None:
        return _load_rows(db, table, file, part, scratch, rejects, progress)
    header = _header(table, file)
    readable = _in_utf8(table, file, scratch / part)
    types = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in header)
    options = (
        f"header = true, auto_detect = false, columns = {{{types}}}, delim = {literal(table.delimiter)}, "
        "quote = '\"', escape = '\"', store_rejects = true, rejects_limit = 0, max_line_size = 16777216, "
        f"rejects_table = {literal('rejects_' + part)}, rejects_scan = {literal('scan_' + part)}"
    )
    try:
        db.execute(
            f"CREATE TABLE {quoted(part)} AS SELECT row_number() OVER () AS _row, {literal(file.name)} AS _file, * "
            f"FROM read_csv({literal(str(readable))}, {options})"
        )
    except duckdb.Error as error:
        raise FileUnreadable(file.name, str(error).splitlines()[0]) from error
    rejects += _unread_lines(db, table, file, part)
    return part


def _load_rows(
    db: Connection,
    table: Table,
    file: Path,
    part: str,
    scratch: Path,
    rejects: list[Reject],
    progress: Progress,
) -> str:
    """A file read row by row: any encoding, workbooks, archives; rows keep the numbers a spreadsheet shows."""
    assert table.written is not None
    folder = scratch / f"{part}.files"
    folder.mkdir()
    plain, written = plain_table(file, table.written, folder)
    rows = Rows(plain, written, file.name)
    target = folder / "rows.csv"
    with target.open("w", newline="", encoding="utf-8", errors="replace") as out:
        writer = csv.writer(out)
        told = 0
        for row in rows:
            if isinstance(row, Record):
                writer.writerow([str(row.place), *row.cells])
                if row.place % TOLD_EVERY == 0:
                    progress.advance(out.tell() - told)
                    told = out.tell()
                continue
            rejects.append(Reject(table.name, file.name, row.place, None, "", row.reason, row.content))
            _stop_if_too_many(rejects)
    types = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in rows.names)
    db.execute(
        f"CREATE TABLE {quoted(part)} AS SELECT _row, {literal(file.name)} AS _file, * EXCLUDE (_row) "
        f"FROM read_csv({literal(str(target))}, header = false, auto_detect = false, delim = ',', quote = '\"', "
        f"escape = '\"', max_line_size = 16777216, columns = {{'_row': 'BIGINT', {types}}})"
    )
    return part


def _header(table: Table, file: Path) -> list[str]:
    try:
        with file.open(newline="", encoding=_codec(table)) as lines:
            header = next(csv.reader(lines, delimiter=table.delimiter), [])
    except UnicodeDecodeError as error:
        raise _not_encoded(table, file) from error
    except (OSError, csv.Error) as error:
        raise FileUnreadable(file.name, str(error)) from error
    header = [name.strip() for name in header]
    if not header or len(set(header)) < len(header) or "" in header:
        raise FileUnreadable(file.name, _("its first line must name every column, each name once"))
    if clash := [name for name in header if name in OWN]:
        raise FileUnreadable(file.name, _("the column name %s is used by the import itself") % clash[0])
    return header


def _codec(table: Table) -> str:
    return "utf-8-sig" if table.encoding.lower() in ("utf-8", "utf8") else table.encoding


def _in_utf8(table: Table, file: Path, target: Path) -> Path:
    """DuckDB reads UTF-8; other encodings are written over once."""
    if _codec(table) == "utf-8-sig":
        return file
    try:
        with (
            file.open(newline="", encoding=table.encoding) as old,
            target.open("w", newline="", encoding="utf-8") as new,
        ):
            shutil.copyfileobj(old, new)
    except UnicodeDecodeError as error:
        raise _not_encoded(table, file) from error
    return target


def _not_encoded(table: Table, file: Path) -> FileUnreadable:
    why = _("it is not written in %s; name its encoding in the mapping, such as “encoding: latin-1”")
    return FileUnreadable(file.name, why % table.encoding)


def _unread_lines(db: Connection, table: Table, file: Path, part: str) -> list[Reject]:
    rows = db.execute(
        f"SELECT line, any_value(column_name), any_value(error_message), any_value(csv_line) "
        f"FROM {quoted('rejects_' + part)} GROUP BY line ORDER BY line"
    ).fetchall()
    return [
        Reject(table.name, file.name, None, line, column or "", reason, (content or "").rstrip("\n"))
        for line, column, reason, content in rows
    ]


def _columns_of(db: Connection, parts: Sequence[str]) -> list[str]:
    names = [name for part in parts for name in columns_of(db, part) if name not in OWN]
    return list(dict.fromkeys(names))


def _declared(table: Table) -> list[str]:
    """The columns an optional table would have: those the mapping speaks of."""
    return list(
        dict.fromkeys((*table.key, *table.columns, *(here for j in table.joins.values() for here, _ in j.on)))
    )


def _check_columns(table: Table, columns: Sequence[str], files: Sequence[Path]) -> None:
    speaks_of = (*table.key, *table.columns, *(here for join in table.joins.values() for here, _ in join.on))
    if missing := sorted(set(speaks_of) - set(columns)):
        names = ", ".join(file.name for file in files)
        message = _(
            "the mapping's table “%(table)s” speaks of the column %(column)s, but the file has %(columns)s"
        )
        words = {"table": table.name, "column": missing[0], "columns": ", ".join(columns)}
        raise FileUnreadable(names, message % words)


def _join_parts(db: Connection, table: Table, parts: Sequence[str], columns: Sequence[str]) -> None:
    if parts:
        union = " UNION ALL BY NAME ".join(f"SELECT * FROM {quoted(part)}" for part in parts)
    else:
        empty = "".join(f", NULL::VARCHAR AS {quoted(column)}" for column in columns)
        union = f"SELECT 0::BIGINT AS _row, '' AS _file{empty} WHERE false"
    db.execute(
        f"CREATE TABLE {quoted('raw_' + table.name)} AS SELECT row_number() OVER () AS _n, * FROM ({union})"
    )
    for part in parts:
        db.execute(f"DROP TABLE {quoted(part)}")


def _type_cells(db: Connection, table: Table, columns: Sequence[str], mapping: FileMapping) -> None:
    """``typed_t``: cells as their columns' types (NULL where that fails), and which row is the first of its key."""
    zone = mapping.zone.key
    cells = ", ".join(f"{cell_as_typed(column, table, zone)} AS {quoted(column)}" for column in columns)
    key = ", ".join(plain_cell(column) for column in table.key)
    again = f"row_number() OVER (PARTITION BY {key} ORDER BY _n)" if key else "1"
    db.execute(
        f"CREATE TABLE {quoted('typed_' + table.name)} AS "
        f"SELECT _n, _file, _row, {again} AS _again, {cells} FROM {quoted('raw_' + table.name)}"
    )


def _bad_rows(db: Connection, table: Table, columns: Sequence[str]) -> list[Reject]:
    """Move the good rows to the table itself; the others become rejects, with the first thing wrong with each."""
    raw, typed, good = (quoted(prefix + table.name) for prefix in ("raw_", "typed_", ""))
    checks = _checks(table, columns)
    reasons = "".join(f" WHEN {test} THEN {literal(column + TAB + why)}" for test, column, why in checks)
    wrong = f"CASE{reasons} END" if reasons else "NULL::VARCHAR"
    cells = ", ".join(f"t.{quoted(column)}" for column in columns)
    db.execute(
        f"CREATE TABLE {good} AS SELECT t._n, t._file, t._row, t._again, {cells}, {wrong} AS _wrong "
        f"FROM {typed} t JOIN {raw} r USING (_n) ORDER BY t._n"
    )
    rows = db.execute(
        f"SELECT g._file, g._row, g._wrong, to_json(r) FROM {good} g JOIN {raw} r USING (_n) "
        f"WHERE g._wrong IS NOT NULL ORDER BY g._n LIMIT {MOST_REJECTS + 1}"
    ).fetchall()
    db.execute(f"DELETE FROM {good} WHERE _wrong IS NOT NULL")
    db.execute(f"ALTER TABLE {good} DROP COLUMN _wrong")
    db.execute(f"DROP TABLE {typed}")
    return [_reject(table, *row) for row in rows]


def _checks(table: Table, columns: Sequence[str]) -> list[tuple[str, str, str]]:
    """(what is wrong, in which column, how we say it), in the order they are tried."""
    checks = [
        (
            f"t.{quoted(column)} IS NULL AND nullif(trim(r.{quoted(column)}), '') IS NOT NULL",
            column,
            says_of(kind),
        )
        for column in columns
        if (kind := table.columns.get(column, Column("text"))).type != "text"
    ]
    checks += [(f"t.{quoted(column)} IS NULL", column, _("the key is empty")) for column in table.key]
    if table.key and table.repeats == "reject":
        checks.append(("t._again > 1", ", ".join(table.key), _("an earlier row has the same key")))
    return checks


def _reject(table: Table, file: str, row: int, wrong: str, content: Any) -> Reject:
    column, why = wrong.split(TAB, 1)
    return Reject(table.name, file, row, None, column, why, str(content))
