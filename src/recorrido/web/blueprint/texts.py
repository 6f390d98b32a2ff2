"""A draft as its YAML text, checked while it is typed."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from recorrido.company.access import Permission
from recorrido.journeys import actions
from recorrido.journeys.blueprint import Problem, read_blueprint
from recorrido.journeys.errors import BlueprintInvalid, DraftClosed, NoBlueprint
from recorrido.journeys.models import BlueprintDraft, DraftState
from recorrido.web.allowed import allowed, staff_of

LONGEST = 500_000  # characters
EXCERPT = 90


@dataclass(frozen=True)
class Mistake:
    """A problem with the line it stands on, and the spaces that put a mark below its column."""

    problem: Problem
    line: str
    before: str


@require_POST
@allowed(Permission.EDIT_BLUEPRINT)
def new(request: HttpRequest) -> HttpResponse:
    """Open the file of the design in force as a draft."""
    try:
        made = actions.draft_of_text(actor=staff_of(request))
    except NoBlueprint as error:
        messages.error(request, str(error))
        return redirect("blueprint:list")
    return redirect("blueprint:edit-text", made.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@allowed(Permission.EDIT_BLUEPRINT)
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """The text. ``do``: check what was typed, keep it, or keep and install it."""
    found = get_object_or_404(BlueprintDraft, pk=pk)
    if found.state != DraftState.OPEN:
        return redirect("blueprint:draft", pk)
    if request.method != "POST":
        return _show(request, found, found.source)
    source = _typed(request)
    if request.POST.get("do") not in ("keep", "install"):
        return _show(request, found, source, checked=True)
    try:
        return _keep(request, found, source)
    except BlueprintInvalid:
        return _show(request, found, source, status=422)
    except DraftClosed as error:
        messages.error(request, str(error))
        return redirect("blueprint:list")


def _keep(request: HttpRequest, found: BlueprintDraft, source: str) -> HttpResponse:
    actor = staff_of(request)
    found = actions.write_draft_text(actor=actor, draft=found, source=source)
    if request.POST.get("do") == "install":
        actions.install_draft(actor=actor, draft=found)
        return redirect("blueprint:building", found.pk)
    messages.success(request, _("The draft is kept. It is in force for nobody until you install it."))
    return redirect("blueprint:edit-text", found.pk)


@require_POST
@allowed(Permission.EDIT_BLUEPRINT)
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """The mistakes of what is typed, for htmx; nothing is kept."""
    return render(
        request, "blueprint/_mistakes.html", {"mistakes": mistakes_of(_typed(request)), "checked": True}
    )


def _typed(request: HttpRequest) -> str:
    return request.POST.get("source", "")[:LONGEST].replace("\r\n", "\n")


def _show(
    request: HttpRequest, found: BlueprintDraft, source: str, *, checked: bool = False, status: int = 200
) -> HttpResponse:
    context = {"draft": found, "source": source, "mistakes": mistakes_of(source), "checked": checked}
    return render(request, "blueprint/text.html", context, status=status)


def mistakes_of(source: str) -> list[Mistake]:
    """Every problem of a blueprint's text, in the order of its lines."""
    try:
        read_blueprint(source)
    except BlueprintInvalid as error:
        lines = source.split("\n")
        return [_mistake(problem, lines) for problem in error.problems]
    return []


def _mistake(problem: Problem, lines: list[str]) -> Mistake:
    line = lines[problem.line - 1] if 0 < problem.line <= len(lines) else ""
    place = max(problem.column - 1, 0)
    start = max(0, place - EXCERPT // 2)
    return Mistake(problem, line[start : start + EXCERPT], " " * (place - start))
