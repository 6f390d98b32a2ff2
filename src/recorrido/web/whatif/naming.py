"""Changes kept under a name: the list on the page, and saving, renaming and removing them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from recorrido.company.access import Permission
from recorrido.journeys.whatif import actions
from recorrido.journeys.whatif.errors import WhatIfError
from recorrido.journeys.whatif.models import NamedChanges
from recorrido.journeys.whatif.queries import named_changes, told_changes
from recorrido.web.allowed import allowed, staff_of
from recorrido.web.journeys.page import Page
from recorrido.web.whatif.links import Change, link_to
from recorrido.web.whatif.showing import described


@dataclass(frozen=True)
class Named:
    """``open``: whether these are the changes that the page shows."""

    row: NamedChanges
    address: str
    said: Sequence[str]
    open: bool


def named_of(page: Page, changes: Sequence[Change]) -> list[Named]:
    """All of the page's journeys, by name; each leads to the newest log."""
    journey_type = page.study.journey_type.slug
    return [
        Named(
            row,
            link_to(*row.changes, pinned=[("type", journey_type)]),
            described(page.study, row.changes),
            row.changes == list(changes),
        )
        for row in named_changes(journey_type)
    ]


@require_POST
@allowed(Permission.NAME_CHANGES)
def save(request: HttpRequest) -> HttpResponse:
    """Keep the changes of the form under its name."""
    told = request.POST
    changes, wrong = told_changes(told.getlist("change"))
    for sentence in wrong:
        messages.error(request, sentence)
    if not wrong:
        _tried(request, lambda: _saved(request, told.get("type", ""), told.get("name", ""), changes))
    return _back(request, *changes)


def _saved(request: HttpRequest, journey_type: str, name: str, changes: Sequence[Change]) -> str:
    actor = staff_of(request)
    saved = actions.save_changes(actor=actor, journey_type=journey_type, name=name, changes=changes)
    return _("Saved as “%(name)s”.") % {"name": saved.name}


@require_POST
@allowed(Permission.NAME_CHANGES)
def rename(request: HttpRequest, changes_id: int) -> HttpResponse:
    _tried(request, lambda: _renamed(request, changes_id))
    return _back(request, *told_changes(request.POST.getlist("change"))[0])


def _renamed(request: HttpRequest, changes_id: int) -> str:
    name = request.POST.get("name", "")
    saved = actions.rename_changes(actor=staff_of(request), changes_id=changes_id, name=name)
    return _("Its name is “%(name)s” now.") % {"name": saved.name}


@require_POST
@allowed(Permission.NAME_CHANGES)
def remove(request: HttpRequest, changes_id: int) -> HttpResponse:
    _tried(request, lambda: _removed(request, changes_id))
    return _back(request, *told_changes(request.POST.getlist("change"))[0])


def _removed(request: HttpRequest, changes_id: int) -> str:
    name = actions.remove_changes(actor=staff_of(request), changes_id=changes_id)
    return _("“%(name)s” is no longer kept.") % {"name": name}


def _tried(request: HttpRequest, action: Callable[[], str]) -> None:
    try:
        messages.success(request, action())
    except WhatIfError as error:
        messages.error(request, str(error))


def _back(request: HttpRequest, *changes: Change) -> HttpResponse:
    """The page as it was, of the same log."""
    told = request.POST
    pinned = [(name, told[name]) for name in ("type", "log") if told.get(name)]
    return redirect(link_to(*changes, pinned=pinned))
