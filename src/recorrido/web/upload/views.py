"""The list of uploads, and the door through which each file goes on to its next step."""

from __future__ import annotations

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from recorrido.company.access import Permission
from recorrido.connectors.files.errors import FilesError
from recorrido.connectors.files.models import Upload
from recorrido.connectors.files.uploads import actions
from recorrido.connectors.files.uploads.queries import find_uploads
from recorrido.web.allowed import allowed, staff_of
from recorrido.web.exports import csv_file
from recorrido.web.paging import page_of
from recorrido.web.upload.steps.page import next_step, upload_or_404, waiting


@require_http_methods(["GET", "HEAD", "POST"])
@allowed(Permission.IMPORT_EVENTS)
def uploads(request: HttpRequest) -> HttpResponse:
    """Upload a file, or go on with one."""
    if request.method == "POST":
        return _receive(request)
    words = request.GET.get("q", "").strip()
    found = find_uploads(words)
    if request.GET.get("format") == "csv":
        return _csv(found)
    page = page_of(found, key=("id",), descending=True, after=request.GET.get("after", ""))
    return render(request, "upload/list.html", _context(page=page, words=words))


def _context(**more: object) -> dict[str, object]:
    from django.conf import settings

    return {"limit": settings.RECORRIDO_UPLOAD_MB, "days": settings.RECORRIDO_UPLOAD_DAYS} | more


def _receive(request: HttpRequest) -> HttpResponse:
    file = request.FILES.get("file")
    if not isinstance(file, UploadedFile):
        messages.error(request, _("Choose a file first."))
        return redirect("upload:list")
    try:
        upload = actions.receive_upload(
            actor=staff_of(request), name=file.name or "", content=file.chunks(), size=file.size or 0
        )
    except FilesError as error:
        messages.error(request, str(error))
        return redirect("upload:list")
    return redirect("upload:upload", upload.pk)


def _csv(found: object) -> HttpResponse:
    header = [_("File"), _("When (UTC)"), _("Who"), _("State"), _("Bytes")]
    rows = (
        [
            one.name,
            one.created_at.isoformat(),
            one.staff.name if one.staff else "",
            one.get_state_display(),
            one.bytes,
        ]
        for one in found.iterator()  # type: ignore[attr-defined]
    )
    return csv_file("uploads", header, rows)


@require_safe
@allowed(Permission.IMPORT_EVENTS)
def upload(request: HttpRequest, pk: int) -> HttpResponse:
    """Where this file is: its progress while the worker is at it, else its next step."""
    found = upload_or_404(pk)
    if found.moving:
        return waiting(request, found)
    return next_step(request, found)


@require_POST
@allowed(Permission.IMPORT_EVENTS)
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    found: Upload = upload_or_404(pk)
    try:
        actions.throw_away(actor=staff_of(request), upload=found)
        messages.success(request, _("The file was removed. What was imported from it stays."))
    except FilesError as error:
        messages.error(request, str(error))
    return redirect("upload:list")
