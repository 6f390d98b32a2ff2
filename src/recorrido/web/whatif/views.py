"""What if: choose changes, ask, see before and after."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from recorrido.company.access import Permission
from recorrido.journeys import access, queries
from recorrido.journeys.analyses.actions import request_analysis
from recorrido.journeys.errors import JourneysError
from recorrido.journeys.queries import Filters, Links
from recorrido.journeys.whatif.access import may_name
from recorrido.journeys.whatif.pictures import maps_of
from recorrido.journeys.whatif.queries import ANSWER, CHOICES, applies, told_changes
from recorrido.web.allowed import allowed, staff_of
from recorrido.web.analyses.showing import Shown, shown
from recorrido.web.exports import csv_file
from recorrido.web.journeys.page import Page, journey_page, refused, show
from recorrido.web.whatif.links import link_to, written
from recorrido.web.whatif.naming import named_of
from recorrido.web.whatif.showing import cells_of, described, lines_of, notes_of, rows_of
from recorrido.web.whatif.sliders import changes_of, sliders


@require_safe
@journey_page
def what_if(page: Page) -> HttpResponse:
    """The sliders, set to the changes of the address; below them the answer where somebody asked for it."""
    if not applies(page.study):
        return show(page, "whatif/page.html", {"suited": _suited(page)})
    changes, wrong = told_changes(page.request.GET.getlist("change"))
    address = link_to(*changes, pinned=page.pinned)
    answer = shown(page.study, ANSWER, address, {"changes": changes}) if changes else None
    if answer and answer.result and page.request.GET.get("format") == "csv":
        access.require_export(staff_of(page.request))
        return _file(page, answer.result)
    choices = shown(page.study, CHOICES, address)
    context = {
        "choices": choices,
        "wrong": wrong,
        "address": address,
        "bare": link_to(pinned=page.pinned),
        "answer": answer,
        "asked": [written(change) for change in changes],
        "named": named_of(page, changes),
        "may_name": may_name(staff_of(page.request)),
        "map": queries.journey_map(page.study, Filters(), links=Links()),
    }
    return show(
        page,
        "whatif/page.html",
        context | _fields(page, choices, changes) | _told(page, answer, changes),
    )


def _suited(page: Page) -> list[Any]:
    """The journey types of which what-if can be asked."""
    return [
        state.journey_type
        for state in queries.journey_types()
        if state.ready and state.journey_type.key == "person" and state.journey_type.boundaries
    ]


def _fields(page: Page, choices: Shown, changes: list[Any]) -> dict[str, Any]:
    if choices.result is None:
        return {"form": None, "others": []}
    form = sliders(page.study, choices.result, changes)
    said = described(page.study, form.others)
    others = [
        {"text": text, "value": written(change), "without": _without(page, changes, change)}
        for text, change in zip(said, form.others, strict=True)
    ]
    return {"form": form, "others": others}


def _without(page: Page, changes: list[Any], change: Any) -> str:
    return link_to(*(one for one in changes if one is not change), pinned=page.pinned)


def _told(page: Page, answer: Shown | None, changes: list[Any]) -> dict[str, Any]:
    said = described(page.study, changes)
    if answer is None or answer.result is None:
        return {"said": said}
    result = answer.result
    return {
        "said": said,
        "rows": rows_of(page.study, result),
        "lines": lines_of(result),
        "notes": notes_of(page.study, result),
        "currency": result["currency"],
        "maps": maps_of(page.study, told) if (told := result.get("taken")) else None,
    }


def _file(page: Page, result: dict[str, Any]) -> HttpResponse:
    header = [
        _("Outcome"), _("As it was"), _("As it would have been"), _("Difference"), _("at least"), _("at most"), _("Unit"),
    ]  # fmt: skip
    return csv_file("what-if", header, cells_of(page.study, result))


@require_POST
@allowed(Permission.SEE_JOURNEYS)
def ask(request: HttpRequest) -> HttpResponse:
    """Turn the filled form into changes, queue the question, and go to its address."""
    actor, told = staff_of(request), request.POST
    try:
        study = access.study_for(actor, told.get("type", ""), told.get("log", ""))
        choices = shown(study, CHOICES, "").result
        others, wrong = told_changes(told.getlist("change"))
        changes = [*changes_of(choices, told), *others] if choices else others
        changes, more = told_changes([written(change) for change in changes])
        for sentence in [*wrong, *more]:
            messages.error(request, sentence)
        if changes:
            request_analysis(study=study, kind=ANSWER, actor=actor, parameters={"changes": changes})
        elif not (wrong or more):
            messages.info(request, _("Move a slider first: nothing is changed yet."))
    except JourneysError as error:
        return refused(request, error)
    return redirect(link_to(*changes, pinned=[("type", study.journey_type.slug), ("log", study.version)]))
