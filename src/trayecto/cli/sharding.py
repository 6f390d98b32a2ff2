"""``trayecto build --shards``: file by file and shard by shard, where the engine counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from trayecto.cli import output
from trayecto.errors import BadValue


def refuse(rejects: Path | None) -> None:
    """BadValue for a file of rejects, which many machines cannot write at once."""
    if rejects is not None:
        raise BadValue(
            "--rejects cannot be used with --shards: read the file whose rows were rejected alone."
        )


def build(
    files: Sequence[Path],
    out: Path,
    shards: int,
    reading: Mapping[str, Any],
    shape: Mapping[str, Any],
    ids: str | None,
    json: bool,
) -> None:
    """Build and say what became of the rows."""
    import trayecto

    log, report = trayecto.build_shards(files, out, shards=shards, reading=reading, ids=ids, **shape)
    output.tell_report(report)
    if outside := report.rows_kept - log.total_events:
        output.note(f"{outside:,} events are in no journey: they name none, or are no step of one.")
    output.tell_weights(log.info())
    output.give_built(out, log, {"read": report.to_dict()}, json, shards)
