"""What an import did, and the way from there to a map."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from recorrido.company.access import Permission, may
from recorrido.connectors.files.guess.shapes import PERSONS
from recorrido.connectors.files.models import Upload
from recorrido.connectors.files.uploads import actions
from recorrido.connectors.files.uploads.proposing import proposal_of
from recorrido.journeys.actions import propose_draft
from recorrido.journeys.errors import NoBlueprint
from recorrido.journeys.models import DraftState
from recorrido.journeys.queries import blueprint_in_force, is_untouched_starter
from recorrido.web.allowed import allowed, staff_of
from recorrido.web.upload.steps.check import labels_of
from recorrido.web.upload.steps.page import step, steps_at, upload_or_404


@require_safe
@step("result")
def result(request: HttpRequest, upload: Upload) -> HttpResponse:
    answers = actions.answers_of(upload)
    found = _in_force()
    context = {
        "upload": upload,
        "answers": answers,
        "counts": upload.run.counts if upload.run else {},
        "labels": labels_of(answers),
        "draws": answers.shape != PERSONS,
        "blueprint": found,
        "unknown": _unknown_to(found, answers),
        "may_design": may(staff_of(request), Permission.EDIT_BLUEPRINT),
        "draft": upload.draft if upload.draft and upload.draft.state == DraftState.OPEN else None,
        "steps": steps_at("result", upload),
    }
    return render(request, "upload/result.html", context)


def _in_force() -> object | None:
    """The design a company has made; the example of a new installation is none."""
    try:
        version, blueprint = blueprint_in_force()
    except NoBlueprint:
        return None
    return None if is_untouched_starter(version) else blueprint


def _unknown_to(blueprint: object | None, answers: actions.Answers) -> list[str]:
    """Event types of the file that no touchpoint of the blueprint in force takes."""
    known = {touchpoint.event for touchpoint in blueprint.measured} if blueprint else set()  # type: ignore[attr-defined]
    types = [column.event for column in answers.dates] + [
        value.event for value in answers.values if value.event
    ]
    return [type_ for type_ in dict.fromkeys(types) if type_ not in known]


@require_POST
@allowed(Permission.EDIT_BLUEPRINT)
def draft(request: HttpRequest, pk: int) -> HttpResponse:
    """Propose a blueprint from the file: added to the one in force, or by itself."""
    upload: Upload = upload_or_404(pk)
    if upload.run is None:
        messages.error(request, _("Import the file first."))
        return redirect("upload:upload", pk)
    made = propose_draft(
        actor=staff_of(request),
        proposal=proposal_of(upload),
        origin=upload.name,
        add=request.POST.get("how", "add") == "add",
    )
    actions.remember_draft(upload=upload, draft=made)
    return redirect("blueprint:draft", made.pk)
