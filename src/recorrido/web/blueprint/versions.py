"""The versions of the design, and one against another: what it says otherwise, and how its text differs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import unified_diff

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from recorrido.company.access import Permission, may
from recorrido.journeys.conformance.comparing import Difference, compared
from recorrido.journeys.errors import BlueprintInvalid
from recorrido.journeys.models import BlueprintVersion
from recorrido.web.allowed import allowed, staff_of
from recorrido.web.blueprint.designs import Named, named
from recorrido.web.exports import csv_file
from recorrido.web.paging import page_of

MOST_LINES = 2000


@dataclass(frozen=True)
class Line:
    """``kind``: ins, del, place (where a piece begins) or "" (the same in both)."""

    kind: str
    text: str


@require_safe
@allowed(Permission.SEE_JOURNEYS)
def versions(request: HttpRequest) -> HttpResponse:
    words = request.GET.get("q", "").strip()
    found = BlueprintVersion.objects.select_related("installed_by").defer("source")
    found = found.filter(name__icontains=words) if words else found
    if request.GET.get("format") == "csv":
        lines = (
            [str(v), v.installed_at.isoformat(), v.installed_by or "", v.file_name]
            for v in found.order_by("-id")
        )
        return csv_file("versions", [_("Version"), _("Installed (UTC)"), _("Who"), _("File")], lines)
    page = page_of(found, key=("id",), descending=True, after=request.GET.get("after", ""))
    before = {later.id: earlier.id for later, earlier in zip(page.rows, page.rows[1:], strict=False)}
    rows = [(version, before.get(version.id)) for version in page.rows]
    return render(request, "blueprint/versions.html", {"page": page, "rows": rows, "words": words})


@require_safe
@allowed(Permission.SEE_JOURNEYS)
def compare(request: HttpRequest) -> HttpResponse:
    """``a``: the earlier design (default: the one in force), ``b``: the later one."""
    before, after = named(request, request.GET.get("a", "")), named(request, request.GET.get("b", ""))
    try:
        found: list[Difference] | None = compared(before.read(), after.read())
    except BlueprintInvalid:
        found = None  # a draft with mistakes has a text all the same
    if found is not None and request.GET.get("format") == "csv":
        header = [
            _("What"),
            _("Name"),
            pgettext("of a design", "Change"),
            _("Field"),
            _("Before"),
            pgettext("of a change", "After"),
        ]
        return csv_file(
            "differences", header, ([d.what, d.name, d.kind_label, d.field, d.before, d.after] for d in found)
        )
    if before.source == after.source and before.key != after.key:
        messages.info(request, _("Both texts are the same."))
    context = {
        "before": before,
        "after": after,
        "found": found,
        "lines": list(_lines(before, after)),
        "choices": BlueprintVersion.objects.order_by("-id").defer("source")[:100],
        "may_design": may(staff_of(request), Permission.EDIT_BLUEPRINT),
    }
    return render(request, "blueprint/compare.html", context)


def _lines(before: Named, after: Named) -> Iterator[Line]:
    told = unified_diff(before.source.splitlines(), after.source.splitlines(), n=3, lineterm="")
    for number, line in enumerate(told):
        if number < 2:  # the names of the files
            continue
        if number > MOST_LINES:
            yield Line("place", "…")
            return
        kind = {"+": "ins", "-": "del", "@": "place"}.get(line[:1], "")
        yield Line(kind, line)
