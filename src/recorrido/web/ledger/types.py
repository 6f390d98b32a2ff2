"""Event types: what of each was seen, whether it is on the map, and its schemas."""

from __future__ import annotations

import json
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from recorrido.company.access import Permission, may, require
from recorrido.events import actions, queries
from recorrido.events.errors import LedgerError
from recorrido.events.models import EventSchema, EventType
from recorrido.events.proposing import propose_schema
from recorrido.web.allowed import allowed, staff_of
from recorrido.web.exports import csv_file
from recorrido.web.ledger.forms import SchemaFileForm, SchemaForm
from recorrido.web.ledger.mapped import is_mapped, mapped_names, unmapped_types
from recorrido.web.ledger.quarantine import changes, pretty
from recorrido.web.paging import page_of

SAMPLE = 500
MOST_BYTES = 5 * 1024 * 1024


@dataclass(frozen=True)
class Row:
    """An event type as the list shows it."""

    type: EventType
    counts: queries.TypeCounts | None
    mapped: bool | None
    schema: EventSchema | None


@require_safe
@allowed(Permission.SEE_DATA)
def type_list(request: HttpRequest) -> HttpResponse:
    words, show = request.GET.get("q", "").strip(), request.GET.get("show", "")
    found = queries.event_types(words)
    if show == "unmapped":
        found = found.filter(id__in=[type_.id for type_ in unmapped_types()])
    if request.GET.get("format") == "csv":
        require(staff_of(request), Permission.EXPORT)
        return _csv(_rows(list(found.order_by("name"))))
    page = page_of(found, key=("name", "id"), after=request.GET.get("after", ""))
    context = {
        "page": page,
        "rows": _rows(page.rows),
        "words": words,
        "show": show,
        "has_blueprint": mapped_names() is not None,
        "may_manage": may(staff_of(request), Permission.MANAGE_DATA),
    }
    return render(request, "ledger/types.html", context)


def _rows(types: list[EventType]) -> list[Row]:
    ids, names = [type_.id for type_ in types], mapped_names()
    counts, schemas = queries.counts_of_types(ids), queries.schemas_in_force(ids)
    return [
        Row(type_, counts.get(type_.id), is_mapped(type_, names), schemas.get(type_.id)) for type_ in types
    ]


def _csv(rows: list[Row]) -> HttpResponse:
    header = [
        _("Event type"),
        _("Read as"),
        _("Events"),
        _("First"),
        _("Last"),
        _("Sources"),
        _("On the map"),
        _("Schema"),
    ]
    cells = (
        [
            row.type.name,
            row.type.maps_to or "",
            row.counts.events if row.counts else 0,
            row.counts.first_at.isoformat() if row.counts else "",
            row.counts.last_at.isoformat() if row.counts else "",
            " ".join(row.counts.sources) if row.counts else "",
            "" if row.mapped is None else row.mapped,
            row.schema.version if row.schema else "",
        ]
        for row in rows
    )
    return csv_file("event-types", header, cells)


@dataclass(frozen=True)
class Version:
    """A version of a schema and what it changed against the one before."""

    schema: EventSchema
    text: str
    changes: str


@require_safe
@allowed(Permission.SEE_DATA)
def event_type(request: HttpRequest, pk: int) -> HttpResponse:
    """One event type: figures, the newest events, its schema's versions."""
    type_ = get_object_or_404(EventType.objects.select_related("maps_to"), pk=pk)
    (row,) = _rows([type_])
    context = {
        "row": row,
        "sources": queries.sources_of_type(type_.id),
        "samples": queries.newest_events([type_.id], limit=5),
        "versions": _versions(queries.schemas_of(type_)),
        "may_manage": may(staff_of(request), Permission.MANAGE_DATA),
    }
    return render(request, "ledger/type.html", context)


def _versions(schemas: list[EventSchema]) -> list[Version]:
    texts = [pretty(schema.text) for schema in schemas]
    before = [*texts, ""][1:]
    return [
        Version(schema, text, changes(old, text) if old else "")
        for schema, text, old in zip(schemas, texts, before, strict=True)
    ]


@allowed(Permission.MANAGE_DATA)
def new_schema(request: HttpRequest, pk: int) -> HttpResponse:
    """Write the next version: proposed from events, tried on events, saved. The buttons say which."""
    type_ = get_object_or_404(EventType, pk=pk)
    form = SchemaForm(request.POST or None, initial={"text": _first_text(type_), "policy": "note"})
    tried = None
    if request.method == "POST" and form.is_valid():
        try:
            if request.POST.get("do") == "save":
                return _added(request, type_, form)
            tried = queries.try_schema(
                form.cleaned_data["text"], queries.newest_events([type_.id], limit=SAMPLE)
            )
        except LedgerError as error:
            form.add_error("text", str(error))
    context = {"type": type_, "form": form, "tried": tried, "sample": SAMPLE}
    return render(request, "ledger/schema.html", context, status=422 if form.errors else 200)


def _first_text(type_: EventType) -> str:
    """The newest version, to be changed; without one, what the newest events propose."""
    newest = EventSchema.objects.filter(type=type_).order_by("-version").first()
    if newest is not None:
        return pretty(newest.text)
    samples = queries.newest_events([type_.id], limit=SAMPLE)
    return json.dumps(propose_schema([sample.properties for sample in samples]), ensure_ascii=False, indent=2)


def _added(request: HttpRequest, type_: EventType, form: SchemaForm) -> HttpResponse:
    schema = actions.add_schema(actor=staff_of(request), type_name=type_.name, **form.cleaned_data)
    messages.success(
        request, _("Version %(version)s is saved. It is not in force yet.") % {"version": schema.version}
    )
    return redirect("data:type", type_.pk)


@require_POST
@allowed(Permission.MANAGE_DATA)
def schema_work(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a version in force, with its policy, or take it out of force."""
    schema = get_object_or_404(EventSchema.objects.select_related("type"), pk=pk)
    try:
        if request.POST.get("do") == "out":
            actions.take_out_of_force(actor=staff_of(request), schema=schema)
            messages.success(request, _("The door checks this type no more."))
        else:
            actions.put_in_force(
                actor=staff_of(request), schema=schema, policy=request.POST.get("policy", "")
            )
            messages.success(request, _("Version %(version)s is in force.") % {"version": schema.version})
    except LedgerError as error:
        messages.error(request, str(error))
    return redirect("data:type", schema.type_id)


@require_safe
@allowed(Permission.SEE_DATA)
def schema_export(request: HttpRequest) -> HttpResponse:
    """All schemas as a file."""
    answer = HttpResponse(queries.schemas_as_json(), content_type="application/json; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="event-schemas.json"'
    return answer


@allowed(Permission.MANAGE_DATA)
def schema_import(request: HttpRequest) -> HttpResponse:
    form = SchemaFileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            brought = actions.import_schemas(actor=staff_of(request), text=_text_of(form))
        except LedgerError as error:
            form.add_error("file", str(error))
        else:
            text = ngettext("%(n)s new version.", "%(n)s new versions.", brought.added) % {"n": brought.added}
            messages.success(request, text + " " + _("Nothing is in force before you say so."))
            return redirect("data:types")
    context = {"form": form, "title": _("Import schemas")}
    return render(request, "ledger/schema_import.html", context, status=422 if form.errors else 200)


def _text_of(form: SchemaFileForm) -> str:
    """The file's text; what is too large or no text is left for the action to refuse."""
    return form.cleaned_data["file"].read(MOST_BYTES).decode("utf-8", errors="replace")  # type: ignore[no-any-return]
