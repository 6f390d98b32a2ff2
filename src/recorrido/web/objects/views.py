"""Orders, shipments, returns and cases at once: the object map of the ledger."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from recorrido.journeys import access
from recorrido.journeys.errors import JourneysError
from recorrido.journeys.objects.ledger import KIND, is_default
from recorrido.journeys.objects.queries import SHARES, ObjectQuestion, flows_as_csv, object_view
from recorrido.journeys.queries import Study
from recorrido.web.allowed import staff_of
from recorrido.web.analyses.showing import shown
from recorrido.web.exports import csv_text_file
from recorrido.web.journeys.page import Page, journey_page, show
from recorrido.web.templatetags.journeys import object_label

SHOWN_FLOWS = 60


@require_safe
@journey_page
def object_map(page: Page) -> HttpResponse:
    """What was worked out last, or a button to have it worked out."""
    analysis = shown(_whose(page), KIND, page.request.get_full_path())
    question = ObjectQuestion.decode(page.request.META.get("QUERY_STRING", ""))
    found = None
    if analysis.result is not None:
        labels = {one["type"]: object_label(one["type"]) for one in analysis.result["map"]["types"]}
        found = object_view(page.study, analysis.result, question, labels)
        if page.request.GET.get("format") == "csv":
            access.require_export(staff_of(page.request))
            return csv_text_file("object-map", flows_as_csv(found, _header()))
    context = {
        "analysis": analysis,
        "found": found,
        "flows": found.flows[:SHOWN_FLOWS] if found else (),
        "question": question,
        "shares": SHARES,
        "may_see_people": access.may_see_people(staff_of(page.request)),
    }
    return show(page, "objects/map.html", context)


def _whose(page: Page) -> Study:
    """The study whose map is shown: one map serves all types of journeys."""
    study = page.study
    if is_default(study):
        return study
    try:
        return access.study_for(staff_of(page.request), study.blueprint.default_journey)
    except JourneysError:
        return study  # the default ones were not built yet


def _header() -> list[str]:
    names = [_("type"), _("from"), _("to"), _("pairs of events"), _("objects"), _("times an object takes it")]
    return [*names, _("share of the objects"), _("median seconds"), _("p90 seconds")]
