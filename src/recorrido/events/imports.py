"""The log of import runs: who, when, which files, what became of every row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from recorrido.company.actions import audit
from recorrido.company.models import Staff
from recorrido.events.models import ImportRun
from recorrido.shared import clock


def begin_import(
    *, actor: Staff | None, mapping: str, mapping_sha256: str, files: Sequence[Mapping[str, Any]]
) -> ImportRun:
    """Write down that an import begins. ``files``: name, sha256 and bytes of each."""
    with transaction.atomic():
        run = ImportRun.objects.create(
            started_at=clock.now(),
            staff=actor,
            mapping=mapping,
            mapping_sha256=mapping_sha256,
            files=list(files),
        )
        detail = {"mapping": mapping, "files": [file["name"] for file in files]}
        audit(actor=actor, action="import.began", subject="import", subject_id=run.id, detail=detail)
    return run


def finish_import(*, actor: Staff | None, run: ImportRun, counts: Mapping[str, Any]) -> None:
    """Write down that an import went through, with its summary."""
    with transaction.atomic():
        ImportRun.objects.filter(id=run.id).update(finished_at=clock.now(), counts=dict(counts))
        audit(actor=actor, action="import.finished", subject="import", subject_id=run.id, detail=counts)


def stop_import(*, actor: Staff | None, run: ImportRun, why: str) -> None:
    """Write down that an import stopped. What it recorded before stays; running it again completes it."""
    with transaction.atomic():
        ImportRun.objects.filter(id=run.id).update(error=why)
        audit(actor=actor, action="import.stopped", subject="import", subject_id=run.id, detail={"why": why})
