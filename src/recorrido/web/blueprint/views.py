"""The journey design, edited as a table: drafts, installing one, waiting for its map."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header, urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from recorrido.company.access import Permission, may
from recorrido.journeys import actions
from recorrido.journeys.blueprint import Problem, read_blueprint
from recorrido.journeys.drafting.editing import problems_of
from recorrido.journeys.drafting.text import Design, design_of
from recorrido.journeys.errors import BlueprintInvalid, DraftClosed, JourneysError, NoBlueprint
from recorrido.journeys.models import BlueprintDraft, BuildState, DraftState, JourneyBuild
from recorrido.journeys.queries import blueprint_in_force, find_drafts, journey_types
from recorrido.web.allowed import allowed, staff_of
from recorrido.web.blueprint.editing import edited
from recorrido.web.blueprint.showing import table_of
from recorrido.web.exports import csv_file
from recorrido.web.paging import page_of

BUILDING = (BuildState.QUEUED, BuildState.EXPORTING, BuildState.BUILDING)


@require_safe
@allowed(Permission.SEE_JOURNEYS)
def drafts(request: HttpRequest) -> HttpResponse:
    """The design in force, and the drafts of the next."""
    words = request.GET.get("q", "").strip()
    found = find_drafts(words)
    if request.GET.get("format") == "csv":
        header = [_("Draft"), _("From the file"), _("State"), _("Who"), _("Changed (UTC)")]
        rows = (
            [d.name, d.origin, d.get_state_display(), d.staff or "", d.changed_at.isoformat()] for d in found
        )
        return csv_file("drafts", header, rows)
    try:
        version, blueprint = blueprint_in_force()
        types = journey_types()
    except NoBlueprint:
        version, blueprint, types = None, None, ()
    context = {
        "version": version,
        "blueprint": blueprint,
        "types": types,
        "page": page_of(found, key=("id",), descending=True, after=request.GET.get("after", "")),
        "words": words,
        "may_design": may(staff_of(request), Permission.EDIT_BLUEPRINT),
    }
    return render(request, "blueprint/list.html", context)


@require_POST
@allowed(Permission.EDIT_BLUEPRINT)
def new(request: HttpRequest) -> HttpResponse:
    """Open the design in force as a draft."""
    try:
        made = actions.edit_installed(actor=staff_of(request))
    except NoBlueprint as error:
        messages.error(request, str(error))
        return redirect("blueprint:list")
    return redirect("blueprint:draft", made.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@allowed(Permission.EDIT_BLUEPRINT)
def draft(request: HttpRequest, pk: int) -> HttpResponse:
    """The table. Every button keeps what was edited first; ``do=install`` then installs it, if it has no mistakes."""
    found = get_object_or_404(BlueprintDraft, pk=pk)
    if found.state != DraftState.OPEN:
        return _closed(request, found)
    try:
        design = design_of(found.source)
    except BlueprintInvalid:  # typed as text, and no YAML: there is no table of it
        return redirect("blueprint:edit-text", found.pk)
    if request.method == "POST":
        return _edit(request, found, design)
    return _show(request, found, design)


def _closed(request: HttpRequest, found: BlueprintDraft) -> HttpResponse:
    if found.state == DraftState.INSTALLED:
        return redirect("blueprint:building", found.pk)
    messages.error(request, _("This draft was dropped."))
    return redirect("blueprint:list")


def _edit(request: HttpRequest, found: BlueprintDraft, design: Design) -> HttpResponse:
    actor = staff_of(request)
    design, notes = edited(request.POST, design)
    try:
        found = actions.write_draft(actor=actor, draft=found, design=design)
        if request.POST.get("do") == "install" and not notes:
            actions.install_draft(actor=actor, draft=found)
            return redirect("blueprint:building", found.pk)
    except BlueprintInvalid:
        return _show(request, found, design, notes, status=422)
    except DraftClosed as error:
        messages.error(request, str(error))
        return redirect("blueprint:list")
    if notes:
        return _show(request, found, design, notes, status=422)
    messages.success(request, _("The draft is kept. It is in force for nobody until you install it."))
    return redirect("blueprint:draft", found.pk)


def _show(
    request: HttpRequest,
    found: BlueprintDraft,
    design: Design,
    notes: dict[str, str] | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    by_row, others = problems_of(design, _problems(found))
    context = {
        "draft": found,
        "notes": notes or {},
        "others": others,
        "wrong": sum(map(len, by_row.values())),
    }
    return render(request, "blueprint/draft.html", context | table_of(design, by_row), status=status)


def _problems(found: BlueprintDraft) -> tuple[Problem, ...]:
    try:
        read_blueprint(found.source, found.name)
    except BlueprintInvalid as error:
        return error.problems
    return ()


@require_safe
@allowed(Permission.EDIT_BLUEPRINT)
def building(request: HttpRequest, pk: int) -> HttpResponse:
    """The builds of an installed draft: asked again every second, and then on to the map."""
    found = get_object_or_404(
        BlueprintDraft.objects.select_related("installed"), pk=pk, state=DraftState.INSTALLED
    )
    builds = list(JourneyBuild.objects.filter(blueprint=found.installed).order_by("id"))
    first = next((build for build in reversed(builds) if build.journey_type == found.journey_type), None)
    if first is not None and first.state == BuildState.DONE:
        whole = {"type": first.journey_type, "log": first.log_version}  # every period: this is its first map
        address = f"{reverse('journeys:map')}?{urlencode(whole)}"
        htmx = getattr(request, "htmx", False)
        return HttpResponseClientRedirect(address) if htmx else redirect(address)
    moving = any(build.state in BUILDING for build in builds)
    types = read_blueprint(found.source, found.name).journeys
    shown = [(types[build.journey_type].label.text(get_language() or "es"), build) for build in builds]
    return render(request, "blueprint/building.html", {"draft": found, "builds": shown, "moving": moving})


@require_safe
@allowed(Permission.SEE_JOURNEYS)
def text(request: HttpRequest, pk: int) -> HttpResponse:
    """The draft as the YAML file it is."""
    found = get_object_or_404(BlueprintDraft, pk=pk)
    response = HttpResponse(found.source, content_type="application/yaml; charset=utf-8")
    response["Content-Disposition"] = content_disposition_header(True, f"{found.name}.yaml") or "attachment"
    return response


@require_POST
@allowed(Permission.EDIT_BLUEPRINT)
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(BlueprintDraft, pk=pk)
    try:
        actions.drop_draft(actor=staff_of(request), draft=found)
        messages.success(request, _("The draft was dropped. What is in force stays."))
    except JourneysError as error:
        messages.error(request, str(error))
    return redirect("blueprint:list")
