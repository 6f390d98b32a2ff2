"""Which findings a page shows: the fields of its address."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from recorrido.improve.models import OPEN, FindingStatus
from recorrido.web.findings.sentences import kind_label
from recorrido.web.findings.showing import Shown

ALL = "all"


@dataclass(frozen=True)
class Narrowing:
    """``status``: "" = those that are open; ``all`` = whatever their status."""

    words: str = ""
    status: str = ""
    department: str = ""
    kind: str = ""

    @classmethod
    def of(cls, fields: QueryDict) -> Narrowing:
        status = fields.get("status", "")
        known = status in (*FindingStatus.values, ALL)
        return cls(
            words=fields.get("q", "").strip(),
            status=status if known else "",
            department=fields.get("department", ""),
            kind=fields.get("kind", ""),
        )

    def takes(self, one: Shown) -> bool:
        finding = one.finding
        return (
            self._takes_status(finding.status)
            and self.department in ("", finding.department)
            and self.kind in ("", finding.kind)
            and self.words.casefold() in f"{one.sentence} {one.department} {one.kind}".casefold()
        )

    def _takes_status(self, status: str) -> bool:
        return self.status in (ALL, status) or (not self.status and status in OPEN)

    @property
    def is_plain(self) -> bool:
        return self == Narrowing()

    @property
    def query(self) -> str:
        named = {"q": self.words, "status": self.status, "department": self.department, "kind": self.kind}
        return urlencode({name: value for name, value in named.items() if value})


def status_choices() -> list[tuple[str, str]]:
    """What the list can be narrowed to; look-alikes have a place of their own."""
    named = [
        (status.value, str(status.label)) for status in FindingStatus if status != FindingStatus.LOOK_ALIKE
    ]
    return [("", pgettext("findings", "open")), *named, (ALL, _("all"))]


def kind_choices(kinds: Iterable[str]) -> list[tuple[str, str]]:
    return sorted(((kind, kind_label(kind)) for kind in set(kinds)), key=lambda one: one[1])
