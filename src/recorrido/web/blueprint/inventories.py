"""The touchpoint inventory as a file: out as CSV or JSON, in as a draft with what it changes."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from recorrido.company.access import Permission
from recorrido.journeys import actions
from recorrido.journeys.drafting.inventory import (
    COLUMNS,
    MOST_BYTES,
    csv_rows,
    inventory_of,
    read_inventory,
    with_inventory,
)
from recorrido.journeys.drafting.text import design_of
from recorrido.journeys.errors import BadInventory, DraftClosed, NoBlueprint
from recorrido.web.allowed import allowed, staff_of
from recorrido.web.blueprint.designs import asked, says_nothing_new
from recorrido.web.exports import csv_file


@require_safe
@allowed(Permission.SEE_JOURNEYS)
def export(request: HttpRequest, form: str) -> HttpResponse:
    """All touchpoints with all their fields."""
    rows = inventory_of(design_of(asked(request).source))
    if form == "csv":
        return csv_file("touchpoints", COLUMNS, csv_rows(rows))
    response = JsonResponse({"touchpoints": rows}, json_dumps_params={"ensure_ascii": False, "indent": 2})
    response["Content-Disposition"] = 'attachment; filename="touchpoints.json"'
    return response


@require_POST
@allowed(Permission.EDIT_BLUEPRINT)
def bring(request: HttpRequest) -> HttpResponse:
    """A file of touchpoints becomes a draft; what is wrong is told cell by cell, and nothing is kept."""
    file, actor = request.FILES.get("file"), staff_of(request)
    if file is None or (file.size or 0) > MOST_BYTES:
        messages.error(request, _("Choose a CSV or JSON file of at most 2 MB."))
        return redirect("blueprint:list")
    try:
        source = asked(request)
        design = with_inventory(design_of(source.source), read_inventory(file.read()))
        if says_nothing_new(source, design):
            messages.info(request, _("Nothing changed: the design says all of it already."))
            return redirect("blueprint:list")
        draft = source.draft or actions.edit_installed(actor=actor)
        actions.write_draft(actor=actor, draft=draft, design=design)
    except BadInventory as error:
        context = {"cells": error.cells, "file": file.name}
        return render(request, "blueprint/inventory.html", context, status=422)
    except (NoBlueprint, DraftClosed) as error:
        messages.error(request, str(error))
        return redirect("blueprint:list")
    messages.success(
        request, _("The touchpoints are in a draft now. Look at what it changes, then install it.")
    )
    return redirect(f"{reverse('blueprint:compare')}?b=draft-{draft.pk}")
