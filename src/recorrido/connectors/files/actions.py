"""The one action of this connector: files in, everything accounted for."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from recorrido.company.models import Staff
from recorrido.connectors.files.errors import FilesMissing
from recorrido.connectors.files.lines import read_file
from recorrido.connectors.files.mapping import FileMapping
from recorrido.connectors.files.progress import Progress
from recorrido.connectors.files.rejects import Reject, once_each, rows_rejected, write_rejects
from recorrido.connectors.files.summary import ImportSummary, RuleCount
from recorrido.connectors.files.tables_import import import_tables, stop_if_strict
from recorrido.events.actions import record_from_sources
from recorrido.events.imports import begin_import, finish_import, stop_import
from recorrido.events.records import NewEvent


def import_files(
    *,
    actor: Staff | None,
    mapping: FileMapping,
    files: Sequence[Path],
    rejects_file: Path,
    strict: bool = False,
    progress: Progress | None = None,
) -> ImportSummary:
    """Turn files into events and persons; running it again changes nothing.

    Rejected rows are written to ``rejects_file`` (only if there are any), or stop the import with ``strict``; events
    recorded before such a stop stay, as running it again only completes them. Raises FilesError.
    """
    named = _named(files)
    run = begin_import(actor=actor, mapping=mapping.file, mapping_sha256=mapping.sha256, files=named)
    summary = ImportSummary(run=run.id)
    try:
        read = _import_ready if mapping.ready else import_tables
        rejects = read(mapping, files, summary, strict, progress or Progress())
    except Exception as error:
        stop_import(actor=actor, run=run, why=str(error)[:2_000])
        raise
    if rejects := once_each(rejects):
        write_rejects(rejects, rejects_file)
        summary.rejects_file = str(rejects_file)
    summary.rejected = rows_rejected(rejects)
    finish_import(actor=actor, run=run, counts=summary.to_dict())
    return summary


def _named(files: Sequence[Path]) -> list[dict[str, Any]]:
    if not files:
        raise FilesMissing(_("No files were given."))
    if missing := [str(file) for file in files if not file.is_file()]:
        raise FilesMissing(_("There is no file %s.") % missing[0])
    return [{"name": f.name, "bytes": f.stat().st_size, "sha256": _sha256(f)} for f in files]


def _sha256(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _import_ready(
    mapping: FileMapping, files: Sequence[Path], summary: ImportSummary, strict: bool, progress: Progress
) -> list[Reject]:
    rejects: list[Reject] = []
    count = RuleCount("events", "events")
    progress.stage(_("Recording events"), None)

    def events() -> Iterator[tuple[str, NewEvent]]:
        for file in files:
            for source, event in read_file(file, mapping.zone, rejects):
                stop_if_strict(strict, rejects)
                count.made += 1
                yield source or mapping.source, event

    summary.take_in(record_from_sources(events=events(), country=mapping.country, progress=progress.advance))
    stop_if_strict(strict, rejects)
    count.rejected = len(rejects)
    count.rows = count.made + count.rejected
    summary.rules = [count]
    return rejects
