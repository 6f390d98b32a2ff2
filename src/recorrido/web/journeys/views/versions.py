"""Whether there are newer figures than those of a page: asked every half second or two seconds, so it looks at nothing else."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from recorrido.company.access import Permission
from recorrido.journeys import queries
from recorrido.web.allowed import allowed
from recorrido.web.journeys.page import LIVE


@require_safe
@allowed(Permission.SEE_JOURNEYS)
def newest(request: HttpRequest) -> HttpResponse:
    """Nothing while the page's log version is the newest; else where the newest is shown, or, live, what shows it.

    ``type`` and ``log`` are the page's; which page it is htmx says.
    """
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect("journeys:map")
    shown = request.GET.get("log", "")
    version = queries.newest_version(request.GET.get("type", ""))
    if version in ("", shown):
        return HttpResponse(status=204)
    context = {"address": _newest_address(request, version), "live": LIVE in request.GET}
    return render(request, "journeys/_newer.html", context)


def _newest_address(request: HttpRequest, version: str) -> str:
    """The page that asks, on the newest version."""
    address = request.htmx.current_url_abs_path or ""  # type: ignore[attr-defined]
    path, _, query = address.partition("?")
    fields = QueryDict(query, mutable=True)
    fields["log"] = version
    fields.pop("after", None)  # a place in a list of the old version
    ours = path.startswith(reverse("journeys:map"))
    return f"{path if ours else reverse('journeys:map')}?{fields.urlencode() if ours else urlencode({'log': version})}"
