"""Ask for an analysis; look how far one is."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from recorrido.company.access import Permission
from recorrido.journeys import access as journeys
from recorrido.journeys.analyses import access, actions
from recorrido.journeys.errors import JourneysError
from recorrido.web.allowed import allowed, staff_of

LONGEST = 20_000  # characters of parameters


@require_POST
@allowed(Permission.SEE_JOURNEYS)
def ask(request: HttpRequest) -> HttpResponse:
    """Queue an analysis of a log version and go back to its page, which shows the progress."""
    actor, told = staff_of(request), request.POST
    parameters = _parameters(told.get("parameters", "{}"))
    if parameters is None:
        return HttpResponseBadRequest(
            _("The parameters of this analysis cannot be read; ask again from its page.")
        )
    try:
        study = journeys.study_for(actor, told.get("type", ""), told.get("log", ""))
        actions.request_analysis(study=study, kind=told.get("kind", ""), actor=actor, parameters=parameters)
    except JourneysError as error:
        messages.error(request, str(error))
    return redirect(_back(request))


def _parameters(text: str) -> dict[str, Any] | None:
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return told if isinstance(told, dict) and "\\u0000" not in text and len(text) < LONGEST else None


def _back(request: HttpRequest) -> str:
    address = request.POST.get("next", "")
    return address if url_has_allowed_host_and_scheme(address, allowed_hosts=None) else "/"


@require_safe
@allowed(Permission.SEE_JOURNEYS)
def state(request: HttpRequest, analysis_id: int) -> HttpResponse:
    """How far an analysis is: asked every second by its page, which is loaded anew when it is over."""
    analysis = access.analysis_for(staff_of(request), analysis_id)
    response = render(request, "analyses/_progress.html", {"asked": analysis})
    if analysis is None or not analysis.under_way:
        response["HX-Refresh"] = "true"
    return response
