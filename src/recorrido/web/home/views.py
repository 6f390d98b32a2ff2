from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from recorrido.company.access import Permission, may
from recorrido.web.allowed import staff_of
from recorrido.web.findings.page import journeys_are_ready
from recorrido.web.home.overview import overview
from recorrido.web.incidents.wording import zone_of_journeys
from recorrido.web.navigation import first_url


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """How the company is doing, in one page; while there are no journeys, what to do first."""
    staff = staff_of(request)
    if may(staff, Permission.SEE_JOURNEYS) and journeys_are_ready():
        found = overview()
        may_see_data = may(staff, Permission.SEE_DATA)
        with zone_of_journeys():
            return render(
                request, "home/home.html", {"home": found, "page": found.page, "may_see_data": may_see_data}
            )
    url = first_url(staff)
    if url:
        return redirect(url)
    return render(request, "home/start.html", {"may_upload": may(staff, Permission.IMPORT_EVENTS)})


@login_not_required
def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "home/forbidden.html", {"reason": str(exception)}, status=403)


@login_not_required
def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "home/not_found.html", status=404)
