"""The designed paths as pictures; as BPMN files, out and in."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from recorrido.company.access import Permission, may
from recorrido.journeys import actions
from recorrido.journeys.conformance import designed
from recorrido.journeys.conformance.diagrams import bpmn_of, with_bpmn
from recorrido.journeys.drafting.text import design_of
from recorrido.journeys.errors import BlueprintInvalid, DiagramRefused, DraftClosed, NoBlueprint
from recorrido.journeys.models import BlueprintDraft
from recorrido.web.allowed import allowed, staff_of
from recorrido.web.blueprint.designs import asked, says_nothing_new

MOST_BYTES = 5_000_000


@require_safe
@allowed(Permission.SEE_JOURNEYS)
def paths(request: HttpRequest) -> HttpResponse:
    """Every path of a design: the regular one, its exceptions, its rules."""
    design = asked(request)
    try:
        kinds = designed(design.read())
    except BlueprintInvalid as error:
        messages.error(
            request,
            _("This draft has mistakes: mend them first. %(first)s") % {"first": str(error).splitlines()[0]},
        )
        return (
            redirect("blueprint:edit-text", design.draft.pk) if design.draft else redirect("blueprint:list")
        )
    chosen = request.GET.get("type", "")
    context = {
        "design": design,
        "kinds": [kind for kind in kinds if chosen in ("", kind.slug)],
        "all_kinds": kinds,
        "chosen": chosen,
        "may_design": may(staff_of(request), Permission.EDIT_BLUEPRINT),
    }
    return render(request, "blueprint/paths.html", context)


@require_safe
@allowed(Permission.SEE_JOURNEYS)
def bpmn(request: HttpRequest, slug: str) -> HttpResponse:
    """A path as a BPMN file; ``?exception=`` one of the exceptional variants."""
    try:
        kind = asked(request).read().journeys.get(slug)
        if kind is None:
            raise Http404
        name = request.GET.get("exception", "")
        text = bpmn_of(asked(request).read(), kind, name, get_language() or "es")
    except BlueprintInvalid as error:
        raise Http404(str(error)) from error
    except DiagramRefused as error:
        messages.error(request, str(error))
        return redirect("blueprint:paths")
    response = HttpResponse(text, content_type="application/xml; charset=utf-8")
    file = "-".join(part for part in (slug, name) if part)
    response["Content-Disposition"] = content_disposition_header(True, f"{file}.bpmn") or "attachment"
    return response


@require_POST
@allowed(Permission.EDIT_BLUEPRINT)
def bring_bpmn(request: HttpRequest) -> HttpResponse:
    """A BPMN file becomes a path of a draft: of the open one that is named, else of a new one."""
    file, actor = request.FILES.get("file"), staff_of(request)
    back = redirect(
        f"{reverse('blueprint:paths')}?{'draft=' + request.POST['draft'] if request.POST.get('draft') else ''}"
    )
    if file is None or (file.size or 0) > MOST_BYTES:
        messages.error(request, _("Choose a BPMN file of at most 5 MB."))
        return back
    try:
        source = asked(request)
        slug, name = request.POST.get("type", ""), request.POST.get("exception", "").strip()
        design = with_bpmn(design_of(source.source), slug, name, file.read())
        if says_nothing_new(source, design):
            messages.info(request, _("Nothing changed: the design says all of it already."))
            return back
        draft: BlueprintDraft = source.draft or actions.edit_installed(actor=actor)
        actions.write_draft(actor=actor, draft=draft, design=design)
    except (DiagramRefused, DraftClosed, NoBlueprint, BlueprintInvalid) as error:
        messages.error(request, str(error))
        return back
    messages.success(request, _("The diagram is in a draft now. Look at what it changes, then install it."))
    return redirect(f"{reverse('blueprint:compare')}?b=draft-{draft.pk}")
