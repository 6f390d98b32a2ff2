"""The company's calendar: what was changed when. Read by who sees journeys, written by who may change the design."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from recorrido.company.access import Permission
from recorrido.journeys.blueprint import Blueprint
from recorrido.journeys.calendar import access, actions
from recorrido.journeys.calendar.actions import Brought
from recorrido.journeys.calendar.errors import BadCalendar, EntryRemoved, EntryTwice
from recorrido.journeys.calendar.models import CalendarEntry, EntryKind
from recorrido.journeys.calendar.queries import BY_ITSELF
from recorrido.journeys.calendar.sheet import COLUMNS, MOST_BYTES, csv_rows, read_calendar_file
from recorrido.journeys.errors import NoBlueprint
from recorrido.journeys.queries import blueprint_in_force
from recorrido.web.allowed import allowed, staff_of
from recorrido.web.calendar.forms import EntryForm
from recorrido.web.calendar.showing import Asked, calendar_page
from recorrido.web.calendar.wording import kind_said
from recorrido.web.exports import csv_file

LIST = "calendar:list"


@require_safe
@allowed(Permission.SEE_JOURNEYS)
def calendar(request: HttpRequest) -> HttpResponse:
    """All of it, the newest day first; as a file, what people wrote."""
    asked = Asked.of(request.GET)
    if request.GET.get("format") == "csv":
        return csv_file("calendar", COLUMNS, csv_rows(asked.written.order_by("date", "id")))
    blueprint = _blueprint()
    rows, page = calendar_page(asked, blueprint)
    context = {
        "asked": asked,
        "rows": rows,
        "page": page,
        "country": blueprint.country if blueprint else None,
        "kinds": [(kind, kind_said(kind)) for kind in (*EntryKind.values, *BY_ITSELF)],
        "columns": ", ".join(COLUMNS),
        "may_write": access.may_write(staff_of(request)),
    }
    return render(request, "calendar/list.html", context)


def _blueprint() -> Blueprint | None:
    try:
        return blueprint_in_force()[1]
    except NoBlueprint:
        return None


@require_http_methods(["GET", "HEAD", "POST"])
@allowed(Permission.EDIT_BLUEPRINT)
def new_entry(request: HttpRequest) -> HttpResponse:
    form = EntryForm(request.POST or None, blueprint=_blueprint())
    if request.method == "POST" and form.is_valid():
        try:
            actions.add_entry(actor=staff_of(request), **form.cleaned_data)
            return _saved(request)
        except EntryTwice as error:
            form.add_error("label", str(error))
    return _form(request, form, None)


@require_http_methods(["GET", "HEAD", "POST"])
@allowed(Permission.EDIT_BLUEPRINT)
def edit_entry(request: HttpRequest, pk: int) -> HttpResponse:
    try:
        entry = access.entry_for(staff_of(request), pk)
        form = EntryForm(request.POST or None, blueprint=_blueprint(), entry=entry)
        if request.method == "POST" and form.is_valid():
            actions.edit_entry(actor=staff_of(request), entry=entry, **form.cleaned_data)
            return _saved(request)
    except EntryRemoved as error:
        return _gone(request, error)
    except EntryTwice as error:
        form.add_error("label", str(error))
    return _form(request, form, entry)


@require_POST
@allowed(Permission.EDIT_BLUEPRINT)
def remove_entry(request: HttpRequest, pk: int) -> HttpResponse:
    try:
        entry = access.entry_for(staff_of(request), pk)
        actions.remove_entry(actor=staff_of(request), entry=entry)
    except EntryRemoved as error:
        return _gone(request, error)
    messages.success(request, _("“%(label)s” is no longer in the calendar.") % {"label": entry.label})
    return redirect(LIST)


@require_POST
@allowed(Permission.EDIT_BLUEPRINT)
def bring(request: HttpRequest) -> HttpResponse:
    """The rows of a CSV file; what is wrong is told cell by cell, and nothing is kept."""
    file = request.FILES.get("file")
    if file is None or (file.size or 0) > MOST_BYTES:
        messages.error(request, _("Choose a CSV file of at most 500 kB."))
        return redirect(LIST)
    try:
        rows = read_calendar_file(file.read(), _blueprint())
        messages.success(request, _brought(actions.import_entries(actor=staff_of(request), rows=rows)))
    except BadCalendar as error:
        return render(request, "calendar/mend.html", {"cells": error.cells, "file": file.name}, status=422)
    return redirect(LIST)


def _brought(done: Brought) -> str:
    told = [
        ngettext("%(n)s entry is new", "%(n)s entries are new", done.added) % {"n": done.added},
        ngettext("%(n)s was changed", "%(n)s were changed", done.changed) % {"n": done.changed},
        ngettext("%(n)s stood there already", "%(n)s stood there already", done.same) % {"n": done.same},
    ]
    return ", ".join(told) + "."


def _saved(request: HttpRequest) -> HttpResponse:
    messages.success(request, _("Saved. Changes are looked for anew with it within minutes."))
    return redirect(LIST)


def _gone(request: HttpRequest, error: EntryRemoved) -> HttpResponse:
    messages.error(request, str(error))
    return redirect(LIST)


def _form(request: HttpRequest, form: EntryForm, entry: CalendarEntry | None) -> HttpResponse:
    context = {"form": form, "entry": entry}
    return render(request, "calendar/entry.html", context, status=422 if form.errors else 200)
