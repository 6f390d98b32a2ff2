from __future__ import annotations

import json

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from recorrido.company import queries
from recorrido.company.access import Permission
from recorrido.company.models import AuditEntry
from recorrido.web.allowed import allowed
from recorrido.web.exports import csv_file
from recorrido.web.paging import page_of


@require_safe
@allowed(Permission.SEE_AUDIT)
def audit_list(request: HttpRequest) -> HttpResponse:
    words = request.GET.get("q", "").strip()
    found = queries.find_audit_entries(words)
    if request.GET.get("format") == "csv":
        return _csv(found)
    page = page_of(found, key=("id",), descending=True, after=request.GET.get("after", ""))
    return render(request, "staff/audit.html", {"page": page, "words": words})


def _csv(found: QuerySet[AuditEntry]) -> HttpResponse:
    header = [_("When (UTC)"), _("Who"), _("Action"), _("Subject"), _("Which"), _("Detail")]
    rows = (
        [
            entry.at.isoformat(),
            entry.actor_name,
            entry.action,
            entry.subject,
            entry.subject_id,
            json.dumps(entry.detail, ensure_ascii=False),
        ]
        for entry in found.iterator()
    )
    return csv_file("audit", header, rows)
