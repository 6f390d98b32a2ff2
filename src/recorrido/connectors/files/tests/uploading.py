"""A person's way from a file to the ledger, without the browser."""

from __future__ import annotations

from dataclasses import replace

import msgspec

from recorrido.connectors.files.models import Upload
from recorrido.connectors.files.uploads import actions
from recorrido.connectors.files.uploads.answers import Answers


def bring(actor, name: str, content: bytes) -> Upload:
    return actions.receive_upload(actor=actor, name=name, content=[content], size=len(content))


def confirm(actor, upload: Upload, **written: object) -> Upload:
    """Take the guess of how the file is written, but for what is said otherwise."""
    guess = actions.looked_of(upload).guess
    return actions.confirm_written(actor=actor, upload=upload, written=replace(guess, **written))


SAID = {"source": "erp", "zone": "America/Santiago", "country": "CL", "currency": "CLP"}


def answered(upload: Upload, forms: dict[str, str] | None = None, **said: object) -> Answers:
    """The proposed answers, with a choice where two readings are possible."""
    answers = actions.answers_of(upload)
    forms = forms or {}
    columns = tuple(
        msgspec.structs.replace(column, form=forms.get(column.name, column.form))
        for column in answers.columns
    )
    return msgspec.structs.replace(answers, columns=columns, **(SAID | said))


def check(actor, upload: Upload, **said: object) -> Upload:
    return actions.confirm_columns(actor=actor, upload=upload, answers=answered(upload, **said))


def run_import(actor, upload: Upload) -> Upload:
    """Begin the import, and do the worker's part here."""
    upload = actions.begin_import(actor=actor, upload=upload)
    actions.work_on_upload(upload=upload)
    return upload


def whole_way(actor, name: str, content: bytes, **said: object) -> Upload:
    return run_import(actor, check(actor, confirm(actor, bring(actor, name, content)), **said))
