"""The regular path: its share against the target, every branch off it, and the open journeys that leave it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from recorrido.journeys import access
from recorrido.journeys.leaving import LEAVING, REGULAR, SELECTION
from recorrido.journeys.queries import Selection, Study
from recorrido.web.allowed import staff_of
from recorrido.web.analyses.showing import Shown, shown
from recorrido.web.conditions import condition_said
from recorrido.web.exports import csv_file
from recorrido.web.journeys.page import Page, journey_page, show
from recorrido.web.reasons import reason_text
from recorrido.web.regular import wording
from recorrido.web.shown import Count, Interval, behind

FEW = 30
PAGE = 50
NOBODY = "-"  # an owner in an address: steps that belong to no department


@dataclass(frozen=True)
class Group:
    """A subgroup that leaves the path more often; ``is_cause`` False: it looks so, but is not."""

    text: str
    is_cause: bool
    journeys: int
    more: Interval | None


@dataclass(frozen=True)
class Branch:
    label: str
    owner: str
    count: Count
    first: int
    share: Interval
    reached: float
    more: dict[str, Interval | None]
    comparable: bool
    groups: tuple[Group, ...]

    @property
    def few(self) -> bool:
        return self.count.journeys < FEW


@dataclass(frozen=True)
class Leaver:
    """An open journey that left or is likely to."""

    facts: dict[str, Any]
    address: str
    stands_at: str
    owner: str
    left_by: str
    reasons: tuple[str, ...]


@require_safe
@journey_page
def regular_path(page: Page) -> HttpResponse:
    analysis = shown(page.study, REGULAR, page.request.get_full_path())
    branches = _branches(page, analysis)
    if page.request.GET.get("format") == "csv":
        access.require_export(staff_of(page.request))
        return _csv(branches)
    result = analysis.result
    context: dict[str, Any] = {"analysis": analysis, "branches": branches, "leaving": _leaving(page)}
    if result is not None:
        version = _version(page, analysis)
        context |= {
            "result": result,
            "share": Interval.of(result["share"]),
            "groups": _groups(page.study, result["apart"]),
            "regular": Count(result["regular"], behind(page.study, version, Selection("regular"))),
            "decided": Count(result["decided"], behind(page.study, version, Selection("decided"))),
        }
    return show(page, "regular/regular.html", context)


def _version(page: Page, analysis: Shown) -> str:
    return analysis.stored.shown.log_version if analysis.stored.shown else page.study.version


def _branches(page: Page, analysis: Shown) -> list[Branch]:
    told = (analysis.result or {}).get("branches", [])
    return [_branch(page.study, _version(page, analysis), one) for one in told]


def _branch(study: Study, version: str, told: dict[str, Any]) -> Branch:
    selection = Selection(SELECTION, (told["kind"], told["name"]))
    return Branch(
        label=wording.branch_label(study, told["kind"], told["name"]),
        owner=study.owner_label(told["name"]),
        count=Count(told["journeys"], behind(study, version, selection)),
        first=told["first"],
        share=Interval(**told["share"]),
        reached=told["reached"]["expected"],
        more={
            name: Interval.of(told[name]["more"])
            for name in ("hours", "contacts", "score", "value")
            if name in told
        },
        comparable=told["method"] == "adjusted",
        groups=_groups(study, told["apart"]),
    )


def _groups(study: Study, apart: dict[str, Any] | None) -> tuple[Group, ...]:
    return tuple(
        Group(
            text=" · ".join(_condition(study, one) for one in told["conditions"]),
            is_cause=told["verdict"] == "cause",
            journeys=told["journeys"],
            more=Interval.of(told["more"]),
        )
        for told in (apart or {}).get("groups", [])
    )


def _condition(study: Study, told: dict[str, str]) -> str:
    return condition_said(study.blueprint, study.journey_type, told["attribute"], told["value"])


def _csv(branches: list[Branch]) -> HttpResponse:
    header = [
        _("Branch"), _("Owner"), _("Journeys"), _("Share"), _("Left first here"), _("Reached the goal"),
        _("Hours more"), _("at least"), _("at most"), _("Contacts more"), _("at least"), _("at most"),
    ]  # fmt: skip
    return csv_file("regular-path", header, (_cells(one) for one in branches))


def _cells(one: Branch) -> list[object]:
    ends = [*_ends(one.more.get("hours")), *_ends(one.more.get("contacts"))]
    return [one.label, one.owner, one.count.journeys, one.share.expected, one.first, one.reached, *ends]


def _ends(told: Interval | None) -> list[object]:
    return [told.expected, told.low, told.high] if told else ["", "", ""]


def _leaving(page: Page) -> dict[str, Any]:
    """How many open journeys each department should look at, with the address of each list."""
    analysis = shown(page.study, LEAVING, page.request.get_full_path())
    result = analysis.result or {}
    departments = page.study.blueprint.departments
    rows = [
        (departments[slug].label if slug in departments else None, count, _list_address(page, slug or NOBODY))
        for slug, count in sorted(result.get("owners", {}).items(), key=lambda one: -one[1])
    ]
    return {
        "analysis": analysis,
        "owners": rows,
        "all": _list_address(page, ""),
        "count": sum(row[1] for row in rows),
    }


def _list_address(page: Page, owner: str) -> str:
    fields = [*page.pinned, *([("owner", owner)] if owner else [])]
    return f"{reverse('regular:leaving')}?{urlencode(fields)}"


@require_safe
@journey_page
def leaving(page: Page) -> HttpResponse:
    """The open journeys that left the regular path or are likely to, by the department where they stand."""
    access.require_people(staff_of(page.request))
    analysis = shown(page.study, LEAVING, page.request.get_full_path())
    owner, words = page.request.GET.get("owner", ""), page.request.GET.get("q", "").strip()
    told = _wanted(analysis, owner, words)
    if page.request.GET.get("format") == "csv":
        access.require_export(staff_of(page.request))
        return _leavers_csv([_leaver(page, analysis, one) for one in told])
    start = _start(page)
    context = {
        "analysis": analysis,
        "rows": [_leaver(page, analysis, one) for one in told[start : start + PAGE]],
        "total": len(told),
        "words": words,
        "owner": owner,
        "departments": page.study.blueprint.departments,
        "next": _next(page, start) if start + PAGE < len(told) else "",
        "score": (analysis.result or {}).get("score"),
        "too_short": (analysis.result or {}).get("too_short"),
    }
    return show(page, "regular/leaving.html", context)


def _wanted(analysis: Shown, owner: str, words: str) -> list[dict[str, Any]]:
    found = (analysis.result or {}).get("journeys", [])
    wanted = None if owner == NOBODY else owner
    if owner:
        found = [one for one in found if one["owner"] == wanted]
    folded = words.casefold()
    return [one for one in found if folded in f"{one['journey']} {one['person'] or ''}".casefold()]


def _start(page: Page) -> int:
    text = page.request.GET.get("after", "")
    return min(int(text), 100_000) if text.isascii() and text.isdecimal() and len(text) < 9 else 0


def _next(page: Page, start: int) -> str:
    fields = page.request.GET.copy()
    fields["after"] = str(start + PAGE)
    return f"{page.request.path}?{fields.urlencode()}"


def _leaver(page: Page, analysis: Shown, told: dict[str, Any]) -> Leaver:
    study = page.study
    fields = urlencode({"type": study.journey_type.slug, "log": _version(page, analysis)})
    reasons = [reason_text(study.blueprint, study.journey_type.slug, one) for one in told["reasons"]]
    return Leaver(
        facts=told,
        address=f"{reverse('journeys:journey', args=[told['row']])}?{fields}",
        stands_at=study.label(told["last_step"]),
        owner=study.owner_label(told["last_step"]),
        left_by=study.label(told["step"]) if told["step"] else "",
        reasons=tuple(reasons),
    )


def _leavers_csv(rows: list[Leaver]) -> HttpResponse:
    header = [_("Journey"), _("Person"), _("State"), _("Chance"), _("Stands at"), _("Owner"), _("Why")]
    states = {"left": _("left the regular path"), "likely": _("likely to leave it")}
    return csv_file(
        "leaving",
        header,
        (
            [
                one.facts["journey"],
                one.facts["person"] or "",
                states.get(one.facts["state"], one.facts["state"]),
                "" if one.facts["score"] is None else one.facts["score"],
                one.stands_at,
                one.owner,
                one.left_by or "; ".join(one.reasons),
            ]
            for one in rows
        ),
    )
