from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from recorrido.company.access import Permission, may
from recorrido.web.allowed import staff_of
from recorrido.web.navigation import first_url


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The first page of journeys, or what to do while there is none."""
    url = first_url(staff_of(request))
    if url:
        return redirect(url)
    may_upload = may(staff_of(request), Permission.IMPORT_EVENTS)
    return render(request, "home/start.html", {"may_upload": may_upload})


@login_not_required
def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "home/forbidden.html", {"reason": str(exception)}, status=403)


@login_not_required
def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "home/not_found.html", status=404)
