"""What the steps of an upload share: finding the file, knowing whose turn it is, saying what went wrong."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy
from django_htmx.http import HttpResponseClientRedirect

from recorrido.company.access import Permission
from recorrido.connectors.files.errors import FilesError
from recorrido.connectors.files.models import Upload, UploadState
from recorrido.web.allowed import allowed

STEPS: tuple[tuple[str, str | Promise], ...] = (
    ("written", gettext_lazy("How it is written")),
    ("columns", gettext_lazy("What its columns are")),
    ("check", gettext_lazy("Check")),
    ("result", gettext_lazy("Import")),
    ("draft", gettext_lazy("Journey design")),
    ("map", gettext_lazy("Map")),
)
"""The way of a file, as the top of each page shows it."""

_NEXT = {
    UploadState.WRITTEN: "written",
    UploadState.COLUMNS: "columns",
    UploadState.CHECKED: "check",
    UploadState.IMPORTED: "result",
}
_REACHED = {
    "written": (UploadState.WRITTEN, UploadState.COLUMNS, UploadState.CHECKED),
    "columns": (UploadState.COLUMNS, UploadState.CHECKED),
    "check": (UploadState.CHECKED,),
    "result": (UploadState.IMPORTED,),
}
"""In which states a step's page can be opened."""

StepView = Callable[..., HttpResponse]


def upload_or_404(pk: int) -> Upload:
    found = Upload.objects.select_related("run", "draft").filter(pk=pk).first()
    if found is None or found.state == UploadState.THROWN:
        raise Http404
    return found


def next_step(request: HttpRequest, upload: Upload) -> HttpResponse:
    """To the page of the step that is due; an upload that cannot be read says why."""
    if upload.state == UploadState.UNREADABLE:
        return render(request, "upload/unreadable.html", {"upload": upload})
    address = reverse(f"upload:{_NEXT[UploadState(upload.state)]}", args=[upload.pk])
    if getattr(request, "htmx", False):
        return HttpResponseClientRedirect(address)
    return redirect(address)


def waiting(request: HttpRequest, upload: Upload) -> HttpResponse:
    """The progress of what the worker does; asked again every second."""
    return render(request, "upload/waiting.html", {"upload": upload, "steps": steps_at("", upload)})


def step(name: str) -> Callable[[StepView], StepView]:
    """A page of the way: for those who may import, in the states in which it makes sense."""

    def decorate(view: StepView) -> StepView:
        @wraps(view)
        @allowed(Permission.IMPORT_EVENTS)
        def opened(request: HttpRequest, pk: int) -> HttpResponse:
            upload = upload_or_404(pk)
            if upload.state not in _REACHED[name] or (upload.removed_at and name != "result"):
                return redirect("upload:upload", pk) if not upload.removed_at else _gone(request)
            try:
                return view(request, upload)
            except FilesError as error:
                messages.error(request, str(error))
                return redirect("upload:upload", pk)

        return opened

    return decorate


def _gone(request: HttpRequest) -> HttpResponse:
    from django.utils.translation import gettext as _

    messages.error(request, _("This file was removed; upload it again."))
    return redirect("upload:list")


def steps_at(name: str, upload: Upload) -> list[dict[str, Any]]:
    """The way, with the present step marked and links to those behind it."""
    names = [step for step, _label in STEPS]
    here = names.index(name) if name in names else -1
    return [
        {
            "label": label,
            "current": place == here,
            "done": place < here,
            "url": _back(step, upload) if place < here else "",
        }
        for place, (step, label) in enumerate(STEPS)
    ]


def _back(name: str, upload: Upload) -> str:
    """Before the import a person may go back; afterwards the facts are in the ledger."""
    may = upload.state in _REACHED.get(name, ()) and not upload.removed_at
    return reverse(f"upload:{name}", args=[upload.pk]) if may else ""
