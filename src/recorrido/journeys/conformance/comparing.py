"""What a design says otherwise than another, in the reader's words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from recorrido.journeys.blueprint import Blueprint
from trayecto.blueprint.differences import Change, differences


@dataclass(frozen=True)
class Difference:
    """``same``: a path written otherwise that allows the same journeys."""

    what: str
    key: str
    name: str
    kind: str
    kind_label: str
    field: str
    before: str
    after: str
    same: bool


def compared(before: Blueprint, after: Blueprint) -> list[Difference]:
    """Everything that ``after`` says otherwise than ``before``."""
    return [_difference(change, before, after) for change in differences(before, after)]


def _difference(change: Change, before: Blueprint, after: Blueprint) -> Difference:
    what = {
        "touchpoint": _("Touchpoint"),
        "department": _("Department"),
        "journeys": _("Journeys"),
        "blueprint": _("Design"),
    }[change.what]
    kinds = {"added": _("added"), "removed": _("removed"), "changed": _("changed")}
    name = _name(change, after) or _name(change, before) or change.name
    return Difference(
        what,
        change.name,
        name,
        change.kind,
        kinds[change.kind],
        change.field,
        change.before,
        change.after,
        change.same,
    )


def _name(change: Change, blueprint: Blueprint) -> str:
    """What people call it."""
    language = get_language() or "es"
    if change.what == "blueprint":
        return blueprint.title.text(language)
    members: dict[str, Mapping[str, Any]] = {
        "touchpoint": blueprint.by_key,
        "department": blueprint.departments,
        "journeys": blueprint.journeys,
    }
    found = members[change.what].get(change.name)
    return str(found.label.text(language)) if found else ""
