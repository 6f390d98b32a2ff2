"""What is watched, and how soon it is told."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from recorrido.company.access import Permission
from recorrido.journeys.errors import NoBlueprint
from recorrido.journeys.watch import access, actions, queries
from recorrido.journeys.watch.queries import WatchedRow
from recorrido.shared import clock
from recorrido.web.allowed import allowed, staff_of
from recorrido.web.incidents.forms import TuneForm
from recorrido.web.incidents.wording import department_names


@require_safe
@allowed(Permission.SEE_JOURNEYS)
def watched_list(request: HttpRequest) -> HttpResponse:
    """Everything watched: a company has dozens, so it is one page."""
    words = request.GET.get("q", "").strip()
    context = {
        "rows": _rows(words),
        "words": words,
        "owners": department_names(),
        "may_tune": access.may_tune(staff_of(request)),
    }
    return render(request, "incidents/watched.html", context)


def _rows(words: str) -> list[WatchedRow]:
    try:
        return queries.find_watched(words, clock.now())
    except NoBlueprint:
        return []


@allowed(Permission.EDIT_BLUEPRINT)
def tune(request: HttpRequest, subject: str) -> HttpResponse:
    """Decide about one subject."""
    row = next((row for row in _rows("") if row.named.subject.key == subject), None)
    if row is None:
        raise Http404(_("Nothing of this name is watched by the blueprint in force."))
    setting = row.setting
    initial = {
        "watched": setting.watched,
        "sensitivity": setting.sensitivity,
        "at_least": setting.at_least,
    }
    form = TuneForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        actions.tune(actor=staff_of(request), subject=subject, **form.cleaned_data)
        messages.success(request, _("Saved. It counts from the next look on, within seconds."))
        return redirect("incidents:watched")
    context = {"form": form, "row": row, "owners": department_names()}
    return render(request, "incidents/tune.html", context, status=422 if form.errors else 200)
