"""The state of the journey logs: when they were built, from how many events; asking for a new build."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from recorrido.company.access import Permission, may
from recorrido.journeys import access, actions, queries
from recorrido.journeys.errors import JourneysError, NoBlueprint
from recorrido.journeys.models import BuildReason
from recorrido.web.allowed import allowed, staff_of


@require_safe
@allowed(Permission.SEE_JOURNEYS)
def builds(request: HttpRequest) -> HttpResponse:
    """The page asks again every two seconds while a build waits or runs (htmx), and rests otherwise."""
    try:
        types = queries.journey_types()
    except NoBlueprint:
        types = ()
    context = {
        "types": [(state, queries.log_facts(state)) for state in types],
        "moving": any(
            state.last and state.last.state in ("queued", "exporting", "building") for state in types
        ),
        "may_ask": may(staff_of(request), Permission.EDIT_BLUEPRINT),
        "base": "journeys/_content.html" if request.htmx else "base.html",  # type: ignore[attr-defined]
    }
    return render(request, "journeys/builds.html", context)


@require_POST
@allowed(Permission.EDIT_BLUEPRINT)
def ask(request: HttpRequest) -> HttpResponse:
    """Queue a build of one journey type."""
    actor = staff_of(request)
    access.require_design(actor)
    try:
        actions.request_build(
            journey_type=request.POST.get("type", ""), actor=actor, reason=BuildReason.MANUAL
        )
        messages.success(request, _("The build is queued; its progress shows below."))
    except JourneysError as error:
        messages.error(request, str(error))
    return redirect("journeys:builds")
