"""Which design a page speaks of: the one in force, an older version, or a draft."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from recorrido.company.access import Permission, may
from recorrido.journeys.blueprint import Blueprint, read_blueprint
from recorrido.journeys.conformance.comparing import compared
from recorrido.journeys.drafting.text import Design, text_of
from recorrido.journeys.errors import BlueprintInvalid
from recorrido.journeys.models import BlueprintDraft, BlueprintVersion, DraftState
from recorrido.web.allowed import staff_of


@dataclass(frozen=True)
class Named:
    """``key``: how addresses name it (a version's number in the table, or ``draft-7``)."""

    key: str
    label: str
    source: str
    draft: BlueprintDraft | None = None

    def read(self) -> Blueprint:
        """Raises BlueprintInvalid: a draft may have mistakes."""
        return read_blueprint(self.source, self.label)


def named(request: HttpRequest, key: str) -> Named:
    """The design of an address; "" = the one in force. Raises Http404."""
    if key.startswith("draft-"):
        return _draft(request, key.removeprefix("draft-"))
    rows = BlueprintVersion.objects.all()
    if key and not (key.isascii() and key.isdecimal() and len(key) < 10):
        raise Http404
    version = rows.newest() if not key else rows.filter(id=int(key)).first()
    if version is None:
        raise Http404(_("There is no such version of the design."))
    return Named(str(version.id), str(version), version.source)


def _draft(request: HttpRequest, number: str) -> Named:
    if not (number.isascii() and number.isdecimal() and len(number) < 10):
        raise Http404
    if not may(staff_of(request), Permission.EDIT_BLUEPRINT):
        raise Http404
    draft = BlueprintDraft.objects.exclude(state=DraftState.DROPPED).filter(id=int(number)).first()
    if draft is None:
        raise Http404(_("There is no such draft."))
    label = _("draft %(name)s") % {"name": draft.name}
    return Named(f"draft-{draft.id}", label, draft.source, draft if draft.state == DraftState.OPEN else None)


def asked(request: HttpRequest) -> Named:
    """``?draft=7`` or ``?version=3``, else the design in force."""
    fields: Any = request.GET if request.method in ("GET", "HEAD") else request.POST
    if draft := fields.get("draft", ""):
        return named(request, f"draft-{draft}")
    return named(request, fields.get("version", ""))


def says_nothing_new(known: Named, design: Design) -> bool:
    """Whether a file that came back says what the design in force says: then no draft is worth opening."""
    try:
        return known.draft is None and not compared(known.read(), read_blueprint(text_of(design)))
    except BlueprintInvalid:
        return False
