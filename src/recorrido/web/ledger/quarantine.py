"""The quarantine: what was refused, why, and what can be done about it."""

from __future__ import annotations

import difflib
import json
from dataclasses import dataclass, replace

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_POST, require_safe

from recorrido.company.access import Permission, may, require
from recorrido.events import actions
from recorrido.events.errors import LedgerError
from recorrido.events.models import LedgerJob, Quarantine, QuarantineEdit, QuarantineRule, Source
from recorrido.events.queries import Matching, edits_of, newest_refused, refused_events, waiting_by_reason
from recorrido.web.allowed import allowed, staff_of
from recorrido.web.exports import csv_file
from recorrido.web.ledger.forms import EditForm
from recorrido.web.paging import SIZE, Page, encode, id_in, page_of

STATES = ("waiting", "released", "discarded")
CSV_ROWS = 50_000


@require_safe
@allowed(Permission.SEE_DATA)
def quarantine_list(request: HttpRequest) -> HttpResponse:
    asked = _asked(request.GET)
    state = request.GET.get("state", "")
    state = state if state in STATES else STATES[0]
    if request.GET.get("format") == "csv":
        require(staff_of(request), Permission.EXPORT)
        return _csv(refused_events(asked, state=state).order_by("-id")[:CSV_ROWS])
    # In a large quarantine words are looked for as long as a reader waits; the next page looks further.
    found = newest_refused(asked, state=state, below=id_in(request.GET.get("after", "")), limit=SIZE)
    context = {
        "page": Page(found.rows, encode([found.reached]) if found.reached else ""),
        "looked_to": found.reached if len(found.rows) < SIZE else None,
        "asked": asked,
        "words": asked.words,
        "state": state,
        "states": [
            ("waiting", _("waiting")),
            ("released", _("replayed")),
            ("discarded", pgettext("several events", "discarded")),
        ],
        "reasons": waiting_by_reason(replace(asked, code="")) if state == STATES[0] else [],
        "sources": Source.objects.order_by("name"),
        "rules": QuarantineRule.objects.order_by("name")[:200],
        "may_manage": may(staff_of(request), Permission.MANAGE_DATA) and state == STATES[0],
    }
    return render(request, "ledger/quarantine.html", context)


def _asked(fields: QueryDict) -> Matching:
    source = fields.get("source", "")
    return Matching(
        int(source) if source.isdecimal() and len(source) < 19 else None,
        fields.get("code", ""),
        fields.get("type", "").strip(),
        fields.get("q", "").strip(),
    )


def _csv(rows: object) -> HttpResponse:
    header = [_("Number"), _("Arrived"), _("Source"), _("Type"), _("Reason"), _("Detail"), _("Event")]
    cells = (
        [row.id, row.created_at.isoformat(), row.source.name, row.type, row.code, row.detail, row.payload]
        for row in rows  # type: ignore[attr-defined]
    )
    return csv_file("quarantine", header, cells)


@require_POST
@allowed(Permission.MANAGE_DATA)
def quarantine_work(request: HttpRequest) -> HttpResponse:
    """What the buttons below the list do: replay or discard what is ticked, or all that match."""
    try:
        return _of_all(request) if request.POST.get("which") == "all" else _of_ticked(request)
    except LedgerError as error:
        messages.error(request, str(error))
        return _back(request)


def _of_all(request: HttpRequest) -> HttpResponse:
    staff, matching = staff_of(request), _asked(request.POST)
    if request.POST.get("do") == "discard":
        job = actions.discard_matching(actor=staff, matching=matching, why=request.POST.get("why", ""))
    else:
        job = actions.replay_matching(actor=staff, matching=matching, rule=_rule(request))
    if job.is_open:
        messages.info(request, _("The worker does this in the background; this page shows how far it is."))
    return redirect("data:job", job.id)


def _of_ticked(request: HttpRequest) -> HttpResponse:
    ids = [int(word) for word in request.POST.getlist("row") if word.isdecimal() and len(word) < 19]
    rows = list(Quarantine.objects.filter(id__in=ids).select_related("source"))
    if not rows:
        messages.warning(request, _("Tick the events first."))
        return _back(request)
    if request.POST.get("do") == "discard":
        count = actions.discard_quarantined(
            actor=staff_of(request), rows=rows, why=request.POST.get("why", "")
        )
        text = ngettext("%(n)s event discarded.", "%(n)s events discarded.", count) % {"n": count}
        messages.success(request, text)
    else:
        _say(request, actions.replay_quarantined(actor=staff_of(request), rows=rows, rule=_rule(request)))
    return _back(request)


def _rule(request: HttpRequest) -> QuarantineRule | None:
    chosen = request.POST.get("rule", "")
    return get_object_or_404(QuarantineRule, id=int(chosen)) if chosen.isdecimal() else None


def _back(request: HttpRequest) -> HttpResponse:
    fields = QueryDict(mutable=True)
    for name in ("source", "code", "type", "q"):
        if value := request.POST.get(name):
            fields[name] = value
    return redirect(f"{reverse('data:quarantine')}?{fields.urlencode()}")


def _say(request: HttpRequest, report: actions.Replayed) -> None:
    """What became of a replay, in one sentence."""
    taken = report.recorded + report.duplicates
    words = {"taken": taken, "refused": report.refused}
    if report.refused:
        text = _("In the ledger now: %(taken)s. Refused again: %(refused)s.") % words
        messages.warning(request, text)
    else:
        messages.success(
            request,
            ngettext(
                "%(taken)s event is in the ledger now.", "%(taken)s events are in the ledger now.", taken
            )
            % words,
        )


@dataclass(frozen=True)
class Made:
    """One edit, and what it changed in the text before it."""

    edit: QuarantineEdit
    changes: str


@allowed(Permission.SEE_DATA)
def refused_event(request: HttpRequest, pk: int) -> HttpResponse:
    """One refused event: read, edit and replay, or discard."""
    row = get_object_or_404(Quarantine.objects.select_related("source", "discarded_by"), pk=pk)
    edits = edits_of(row)
    newest = edits[-1].payload if edits else row.payload
    form = EditForm(request.POST if "payload" in request.POST else None, initial={"payload": pretty(newest)})
    if request.method == "POST":
        require(staff_of(request), Permission.MANAGE_DATA)
        if (answer := _done(request, row, form)) is not None:
            return answer
    context = {
        "row": row,
        "form": form,
        "original": pretty(row.payload),
        "edits": _made(row, edits),
        "may_manage": may(staff_of(request), Permission.MANAGE_DATA) and row.waits,
    }
    return render(request, "ledger/refused_event.html", context, status=422 if form.errors else 200)


def _done(request: HttpRequest, row: Quarantine, form: EditForm) -> HttpResponse | None:
    """The answer to a button that did its work; None where the form comes back with what is wrong."""
    staff, do = staff_of(request), request.POST.get("do")
    try:
        if do == "discard":
            actions.discard_quarantined(actor=staff, rows=[row], why=request.POST.get("why", ""))
            messages.success(request, _("The event is discarded; it is kept under “discarded”."))
        elif do == "replay":
            _say(request, actions.replay_quarantined(actor=staff, rows=[row]))
        elif form.is_valid():
            _say(request, actions.edit_and_replay(actor=staff, row=row, payload=form.cleaned_data["payload"]))
        else:
            return None
    except LedgerError as error:
        if do in ("discard", "replay"):
            messages.error(request, str(error))
        else:
            form.add_error("payload", str(error))
            return None
    return redirect("data:refused-event", row.pk)


def _made(row: Quarantine, edits: list[QuarantineEdit]) -> list[Made]:
    texts = [pretty(row.payload), *(pretty(edit.payload) for edit in edits)]
    return [
        Made(edit, changes(before, after))
        for edit, before, after in zip(edits, texts, texts[1:], strict=False)
    ]


def changes(before: str, after: str) -> str:
    """The lines that differ, those that went with "-", those that came with "+"."""
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=1)
    return "\n".join(line for line in lines if not line.startswith(("---", "+++", "@@")))


def pretty(payload: str) -> str:
    """JSON with line breaks; a text that is none as it is."""
    try:
        return json.dumps(json.loads(payload), ensure_ascii=False, indent=2)
    except (ValueError, RecursionError):
        return payload


@require_safe
@allowed(Permission.SEE_DATA)
def job_list(request: HttpRequest) -> HttpResponse:
    words = request.GET.get("q", "").strip()
    found = LedgerJob.objects.select_related("staff")
    if words:
        found = found.filter(about__icontains=words)
    page = page_of(found, key=("id",), descending=True, after=request.GET.get("after", ""))
    return render(request, "ledger/jobs.html", {"page": page, "words": words})


@require_safe
@allowed(Permission.SEE_DATA)
def job(request: HttpRequest, pk: int) -> HttpResponse:
    """How far a job is; while it runs, the page asks again every two seconds."""
    found = get_object_or_404(LedgerJob.objects.select_related("staff"), pk=pk)
    template = "ledger/_job.html" if request.headers.get("HX-Request") else "ledger/job.html"
    return render(request, template, {"job": found})
