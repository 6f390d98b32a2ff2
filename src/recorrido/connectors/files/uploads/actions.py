"""The only writes to uploads: received, looked at, confirmed step by step, imported, thrown away."""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import msgspec
from django.conf import settings
from django.db import transaction
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from recorrido.company.access import Permission, require
from recorrido.company.actions import audit
from recorrido.company.models import Staff
from recorrido.connectors.files.actions import import_files
from recorrido.connectors.files.errors import FilesError, UploadRefused, WrongState
from recorrido.connectors.files.models import Upload, UploadState
from recorrido.connectors.files.parse import parse_mapping
from recorrido.connectors.files.uploads import checking, looking
from recorrido.connectors.files.uploads.answers import (
    Answers,
    ValueAnswer,
    first_answers,
    new_event,
    written_of,
    written_to_dict,
)
from recorrido.connectors.files.uploads.looking import Guessed, Looked
from recorrido.connectors.files.uploads.mapping_text import mapping_text
from recorrido.connectors.files.uploads.queries import answered_before
from recorrido.connectors.files.uploads.telling import UploadProgress
from recorrido.connectors.files.uploads.validating import check_answers
from recorrido.connectors.files.written import Written
from recorrido.shared import clock

TASK = "recorrido.connectors.files.tasks.work_on_upload"
AT_ONCE = 4 << 20  # bytes: looking at and checking so much takes less than a page may
LONGEST_NAME = 120


def receive_upload(*, actor: Staff, name: str, content: Iterable[bytes], size: int) -> Upload:
    """Keep a file, take a first look at it (a large one in the worker). Raises UploadRefused, Forbidden."""
    require(actor, Permission.IMPORT_EVENTS)
    if size > settings.RECORRIDO_UPLOAD_MB << 20:
        raise UploadRefused(
            _("The file has %(size)d MB and the limit is %(limit)d MB: pack it as .zip or .gz, or split it by month.")
            % {"size": size >> 20, "limit": settings.RECORRIDO_UPLOAD_MB}
        )  # fmt: skip
    if not size:
        raise UploadRefused(_("The file is empty."))
    upload = Upload.objects.create(name=_safe_name(name), bytes=size, sha256="", staff=actor)
    try:
        upload.sha256 = _keep(upload, content)
    except OSError as error:
        upload.delete()
        shutil.rmtree(upload.folder, ignore_errors=True)
        raise UploadRefused(_("The file could not be kept: %s") % error) from error
    upload.save(update_fields=["sha256"])
    audit(
        actor=actor,
        action="upload.received",
        subject="upload",
        subject_id=upload.id,
        detail={"file": upload.name},
    )
    _work_on(upload)
    return upload


def _safe_name(name: str) -> str:
    """The file's own name without what a path or a mapping could take for something else."""
    plain = re.sub(r"[\x00-\x1f/\\:*?\"<>|\[\]{}]+", " ", name.replace("\\", "/").rpartition("/")[2]).strip(
        " ."
    )
    stem, dot, ending = plain.rpartition(".")
    if not dot:
        return plain[:LONGEST_NAME] or "file"
    return f"{stem[: LONGEST_NAME - 10] or 'file'}.{ending[:9]}"


def _keep(upload: Upload, content: Iterable[bytes]) -> str:
    upload.file.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with upload.file.open("wb") as kept:
        for block in content:
            digest.update(block)
            kept.write(block)
    return digest.hexdigest()


def _work_on(upload: Upload) -> None:
    """At once where that is quick, else in the worker."""
    if upload.bytes <= AT_ONCE and upload.state != UploadState.IMPORTING:
        work_on_upload(upload=upload)
        return
    language = _language()
    transaction.on_commit(lambda: app.configure_task(TASK).defer(upload_id=upload.id, language=language))


def _language() -> str:
    return get_language() or settings.LANGUAGE_CODE


def work_on_upload(*, upload: Upload, language: str = "") -> None:
    """Do what the upload waits for: look, check or import. What is wrong with the file is told on its page."""
    work = {
        UploadState.LOOKING: _look,
        UploadState.CHECKING: _check,
        UploadState.IMPORTING: _import,
    }.get(UploadState(upload.state))
    if work is None:
        return  # done by another worker, or thrown away meanwhile
    with override(language or _language()):
        try:
            work(upload)
        except FilesError as error:
            _stop(upload, str(error))
        except FileNotFoundError as error:
            _stop(upload, _("The file is no longer there: %s") % error)
        except Exception as error:
            _stop(upload, _("This stopped unexpectedly; try again. (%s)") % repr(error)[:300])
            raise
    upload.refresh_from_db()


_AFTER_A_STOP = {
    UploadState.LOOKING: UploadState.UNREADABLE,
    UploadState.CHECKING: UploadState.COLUMNS,
    UploadState.IMPORTING: UploadState.CHECKED,
}


def _stop(upload: Upload, why: str) -> None:
    _set(upload, state=_AFTER_A_STOP[UploadState(upload.state)], error=why[:4_000], percent=0, stage="")


def _set(upload: Upload, **changes: Any) -> None:
    """Write these fields, unless the upload was thrown away meanwhile."""
    changes["changed_at"] = clock.now()
    Upload.objects.filter(id=upload.id).exclude(state=UploadState.THROWN).update(**changes)
    for name, value in changes.items():
        setattr(upload, name, value)


def _look(upload: Upload) -> None:
    looked = looking.look(upload.file, upload.folder)
    _set(upload, state=UploadState.WRITTEN, looked=msgspec.to_builtins(looked), error="", percent=0)


def confirm_written(*, actor: Staff, upload: Upload, written: Written) -> Upload:
    """How the file is written, as a person says. Its columns are guessed next, or taken from the answers given for
    an earlier file with the same columns. Raises FileUnreadable for what cannot be read so."""
    upload = _held(actor, upload, UploadState.WRITTEN, UploadState.COLUMNS, UploadState.CHECKED)
    looked = looked_of(upload)
    guessed = looking.guess(upload.file, upload.folder, looked, written)
    names = tuple(column.name for column in guessed.columns)
    _set(
        upload,
        state=UploadState.COLUMNS,
        written=written_to_dict(written),
        guessed=msgspec.to_builtins(guessed),
        answers=msgspec.to_builtins(first_answers(guessed.columns, guessed.shape)),
        header_sha256=looking.header_digest(names),
        mapping="",
        checked={},
        error="",
    )
    return upload


def confirm_columns(*, actor: Staff, upload: Upload, answers: Answers) -> Upload:
    """What the columns are, as a person says; the whole file is checked next."""
    upload = _held(actor, upload, UploadState.COLUMNS, UploadState.CHECKED)
    check_answers(answers, guessed_of(upload))
    several = has_several_rows(guessed_of(upload), answers)
    text = mapping_text(answers, written_of(upload.written), name=_stem(upload), several_rows=several)
    parse_mapping(text, f"{_stem(upload)}.yaml")  # ours, so that a mistake here is a mistake of ours
    _set(
        upload,
        state=UploadState.CHECKING,
        answers=msgspec.to_builtins(answers),
        mapping=text,
        checked={},
        error="",
        percent=0,
        stage=_("Waiting for the worker"),
    )
    _work_on(upload)
    return upload


def reuse_answers(*, actor: Staff, upload: Upload) -> Upload:
    """Take over what was answered for the last file with the same columns; a person still confirms it."""
    upload = _held(actor, upload, UploadState.COLUMNS, UploadState.CHECKED)
    before = answered_before(upload)
    if before is None:
        raise WrongState(_("No earlier file has these columns."))
    _set(upload, state=UploadState.COLUMNS, answers=before.answers, error="")
    return upload


def has_several_rows(guessed: Guessed, answers: Answers) -> bool:
    """Whether an order has more than one row: its number stands on several of the sampled ones."""
    column = next((column for column in guessed.columns if column.name == answers.key), None)
    return column is not None and column.distinct < column.filled


def take_other_values(*, actor: Staff, upload: Upload) -> Upload:
    """Add the kinds of events that the check met beyond the sample, and check again."""
    answers = answers_of(upload)
    known = {value.event for value in answers.values}
    more = (
        ValueAnswer(value, new_event(value, answers.key_kind, known), value[:1].upper() + value[1:])
        for value, _rows in check_of(upload).others
    )
    values = (*answers.values, *more)
    return confirm_columns(
        actor=actor, upload=upload, answers=msgspec.structs.replace(answers, values=values)
    )


def _check(upload: Upload) -> None:
    mapping = parse_mapping(upload.mapping, f"{_stem(upload)}.yaml")
    progress = UploadProgress(upload)
    found = checking.check(mapping, upload.file, answers_of(upload), upload.rejects_file, progress)
    _set(upload, state=UploadState.CHECKED, checked=msgspec.to_builtins(found), error="", percent=0, stage="")


def begin_import(*, actor: Staff, upload: Upload) -> Upload:
    """Import in the worker what was checked."""
    with transaction.atomic():
        upload = _held(actor, upload, UploadState.CHECKED)
        _set(
            upload,
            state=UploadState.IMPORTING,
            error="",
            percent=0,
            stage=_("Waiting for the worker"),
            staff=actor,
        )
        _work_on(upload)
    return upload


def _import(upload: Upload) -> None:
    summary = import_files(
        actor=upload.staff,
        mapping=parse_mapping(upload.mapping, f"{_stem(upload)}.yaml"),
        files=[upload.file],
        rejects_file=upload.rejects_file,
        progress=UploadProgress(upload),
    )
    _set(upload, state=UploadState.IMPORTED, run_id=summary.run, error="", percent=100, stage="")


def remember_draft(*, upload: Upload, draft: Any) -> None:
    """The draft that was made from this upload."""
    _set(upload, draft_id=draft.id)


def throw_away(*, actor: Staff, upload: Upload) -> None:
    """Remove the file. What was imported from it stays in the ledger."""
    require(actor, Permission.IMPORT_EVENTS)
    with transaction.atomic():
        upload = Upload.objects.select_for_update().get(id=upload.id)
        if upload.state == UploadState.IMPORTING:
            raise WrongState(_("It is being imported just now; wait until that is done."))
        state = upload.state if upload.state == UploadState.IMPORTED else UploadState.THROWN
        _set(upload, state=state, removed_at=upload.removed_at or clock.now())
        audit(
            actor=actor,
            action="upload.thrown_away",
            subject="upload",
            subject_id=upload.id,
            detail={"file": upload.name},
        )
    shutil.rmtree(upload.folder, ignore_errors=True)


def remove_old_uploads() -> int:
    """Files older than the setting says leave the data folder; returns how many. Answers stay for the next file."""
    before = clock.now() - timedelta(days=settings.RECORRIDO_UPLOAD_DAYS)
    old = Upload.objects.filter(removed_at=None, changed_at__lt=before).exclude(state=UploadState.IMPORTING)
    for upload in old:
        state = upload.state if upload.state == UploadState.IMPORTED else UploadState.THROWN
        Upload.objects.filter(id=upload.id).update(state=state, removed_at=clock.now())
        shutil.rmtree(upload.folder, ignore_errors=True)
    return len(old)


def _held(actor: Staff, upload: Upload, *states: UploadState) -> Upload:
    """The upload as it is now. Raises Forbidden, and WrongState when it is not where this step begins."""
    require(actor, Permission.IMPORT_EVENTS)
    with transaction.atomic():
        found = Upload.objects.select_for_update().get(id=upload.id)
    if found.removed_at is not None:
        raise WrongState(_("This file was removed; upload it again."))
    if found.state not in states:
        raise WrongState(_("This file is at another step now; its page says which."))
    return found


def _stem(upload: Upload) -> str:
    return upload.name.rpartition(".")[0] or upload.name


def looked_of(upload: Upload) -> Looked:
    return msgspec.convert(upload.looked, Looked)


def guessed_of(upload: Upload) -> Guessed:
    return msgspec.convert(upload.guessed, Guessed)


def answers_of(upload: Upload) -> Answers:
    return msgspec.convert(upload.answers, Answers)


def check_of(upload: Upload) -> checking.Check:
    return msgspec.convert(upload.checked, checking.Check)
