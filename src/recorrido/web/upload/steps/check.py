"""What an import would do, before it does it: facts in the ledger cannot be taken back."""

from __future__ import annotations

from collections.abc import Iterator

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from recorrido.company.access import Permission
from recorrido.connectors.files.models import Upload
from recorrido.connectors.files.uploads import actions
from recorrido.web.allowed import allowed, staff_of
from recorrido.web.exports import csv_stream
from recorrido.web.upload.confirmed import confirmed
from recorrido.web.upload.steps.page import step, steps_at, upload_or_404


@require_http_methods(["GET", "HEAD", "POST"])
@step("check")
def check(request: HttpRequest, upload: Upload) -> HttpResponse:
    """POST imports what was checked, or adds the kinds of events met beyond the sample."""
    if request.POST.get("do") == "add":
        actions.take_other_values(actor=staff_of(request), upload=upload)
        return redirect("upload:upload", upload.pk)
    if request.method == "POST":
        actions.begin_import(actor=staff_of(request), upload=upload)
        return redirect("upload:upload", upload.pk)
    answers = actions.answers_of(upload)
    context = {
        "upload": upload,
        "check": actions.check_of(upload),
        "answers": answers,
        "labels": labels_of(answers),
        "confirmed": confirmed(upload),
        "steps": steps_at("check", upload),
    }
    return render(request, "upload/check.html", context)


def labels_of(answers: actions.Answers) -> dict[str, str]:
    """Event type → what the person calls it."""
    dates = {column.event: column.label for column in answers.dates}
    return dates | {value.event: value.label for value in answers.values} | {"persons": _("Persons")}


@require_safe
@allowed(Permission.IMPORT_EVENTS)
def rejects(request: HttpRequest, pk: int) -> HttpResponse:
    """The rows that cannot be used, each with its reason, to mend and upload again."""
    upload = upload_or_404(pk)
    if not upload.rejects_file.is_file():
        return redirect("upload:upload", pk)
    return csv_stream(f"{_stem(upload)}-rejects", _lines_of(upload))  # type: ignore[return-value]


def _lines_of(upload: Upload) -> Iterator[str]:
    with upload.rejects_file.open(encoding="utf-8", newline="") as file:
        yield from file


def _stem(upload: Upload) -> str:
    return upload.name.rpartition(".")[0] or upload.name


@require_safe
@allowed(Permission.IMPORT_EVENTS)
def mapping(request: HttpRequest, pk: int) -> HttpResponse:
    """The answers as the mapping that ``recorrido import`` reads."""
    upload = upload_or_404(pk)
    if not upload.mapping:
        return redirect("upload:upload", pk)
    response = HttpResponse(upload.mapping, content_type="application/yaml; charset=utf-8")
    response["Content-Disposition"] = (
        content_disposition_header(True, f"{_stem(upload)}.yaml") or "attachment"
    )
    return response
