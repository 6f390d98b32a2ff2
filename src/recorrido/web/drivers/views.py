"""The weakest link (which step costs outcomes most) and changes (since when a step is another)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from recorrido.journeys import access, driving
from recorrido.journeys.calendar.queries import HOLIDAY
from recorrido.web.allowed import staff_of
from recorrido.web.analyses.showing import shown
from recorrido.web.calendar.wording import label_said, nearness_said
from recorrido.web.drivers import wording
from recorrido.web.drivers.charts import picture_of
from recorrido.web.drivers.showing import MONEY, ShownDriver, drivers_shown
from recorrido.web.exports import csv_file
from recorrido.web.journeys.page import Page, journey_page, show
from recorrido.web.methods import method_label
from recorrido.web.money import money_range


@require_safe
@journey_page
def weakest_link(page: Page) -> HttpResponse:
    analysis = shown(page.study, driving.DRIVERS, page.request.get_full_path())
    result = analysis.result or {"steps": [], "outcomes": [], "weakest": {}, "currency": None}
    outcome = _outcome(page, result["outcomes"])
    version = analysis.stored.shown.log_version if analysis.stored.shown else page.study.version
    rows = drivers_shown(page.study, version, result, outcome)
    if page.request.GET.get("format") == "csv":
        access.require_export(staff_of(page.request))
        return _drivers_csv(rows, result["currency"] or "")
    words = page.request.GET.get("q", "").strip()
    weakest = _weakest(rows, result["weakest"].get(outcome))
    money = weakest.money if weakest else None
    context = {
        "analysis": analysis,
        "told": result,
        "outcome": outcome,
        "outcomes": [(name, wording.said(wording.OUTCOMES, name)) for name in result["outcomes"]],
        "loss": wording.said(wording.LOSSES, outcome),
        "unit": wording.said(wording.EFFECTS, outcome),
        "weakest": weakest,
        "money": money_range(money.low, money.high, result["currency"]) if money else "",
        "groups": _groups([one for one in rows if words.casefold() in f"{one.label} {one.owner}".casefold()]),
        "words": words,
    }
    return show(page, "drivers/weakest.html", context)


def _groups(rows: list[ShownDriver]) -> list[tuple[bool, list[ShownDriver]]]:
    """(whether these are journeys lost, rows): those that may be the weakest link, then those who perhaps wished no more."""
    return [(lost, [one for one in rows if one.is_lost is lost]) for lost in (False, True)]


def _outcome(page: Page, known: list[str]) -> str:
    asked = page.request.GET.get("outcome", "")
    usual = MONEY if MONEY in known else (known[0] if known else "")
    return asked if asked in known else usual


def _weakest(rows: list[ShownDriver], named: dict[str, str] | None) -> ShownDriver | None:
    if named is None:
        return None
    wanted = (named["step"], named["kind"])
    return next((one for one in rows if (one.facts["step"], one.facts["kind"]) == wanted), None)


def _drivers_csv(rows: list[ShownDriver], currency: str) -> HttpResponse:
    header = [
        _("Step"), _("Goes badly"), _("Department"), _("Outcome"), _("Journeys"), _("Goes badly in"), _("People a month"),
        _("Importance, stated"), _("Importance, derived"), _("Effect in one journey"), _("at least"), _("at most"),
        _("Loss a month"), _("at least"), _("at most"), _("Money a month"), _("at least"), _("at most"), _("Currency"),
        _("Verdict"), _("Method"),
    ]  # fmt: skip
    return csv_file("drivers", header, (_driver_cells(one, currency) for one in rows))


def _driver_cells(one: ShownDriver, currency: str) -> list[object]:
    effect = (one.told or {}).get("effect") or {}
    ends = [effect.get(name, "") for name in ("expected", "low", "high")]
    sums = [
        end
        for told in (one.month, one.money)
        for end in ([told.expected, told.low, told.high] if told else ["", "", ""])
    ]
    facts = one.facts
    return [
        one.label, one.slip, one.owner, wording.said(wording.OUTCOMES, one.outcome), facts["journeys"], facts["badly"],
        one.people.expected, facts["stated"], "" if one.importance is None else one.importance, *ends, *sums, currency,
        one.verdict, method_label(one.method),
    ]  # fmt: skip


@dataclass(frozen=True)
class ShownChange:
    facts: dict[str, Any]
    label: str
    owner: str
    measure: str
    since: date
    earliest: date
    latest: date
    near: str
    near_on: date | None
    nearness: str
    picture: str

    @property
    def is_share(self) -> bool:
        return bool(self.facts["unit"] == "share")

    @property
    def is_time(self) -> bool:
        return bool(self.facts["unit"] == "seconds")


@require_safe
@journey_page
def change_list(page: Page) -> HttpResponse:
    analysis = shown(page.study, driving.CHANGES, page.request.get_full_path())
    result = analysis.result or {"changes": [], "tested": 0, "days": 0}
    entries = result.get("calendar", [])
    rows = [_change(page, one, entries) for one in result["changes"]]
    if page.request.GET.get("format") == "csv":
        access.require_export(staff_of(page.request))
        return _changes_csv(rows)
    words = page.request.GET.get("q", "").strip()
    context = {
        "analysis": analysis,
        "told": result,
        "entries": sum(one["kind"] != HOLIDAY for one in entries),
        "rows": [one for one in rows if words.casefold() in f"{one.label} {one.owner}".casefold()],
        "words": words,
    }
    return show(page, "drivers/changes.html", context)


def _change(page: Page, facts: dict[str, Any], entries: list[dict[str, Any]]) -> ShownChange:
    step, near = facts["step"], facts["nearest"]
    since, earliest, latest = (date.fromisoformat(facts[name]) for name in ("since", "earliest", "latest"))
    near_on = date.fromisoformat(near["date"]) if near else None
    return ShownChange(
        facts=facts,
        label=_("All journeys") if step is None else page.study.label(step),
        owner="" if step is None else page.study.owner_label(step),
        measure=wording.said(wording.MEASURES, facts["measure"]),
        since=since,
        earliest=earliest,
        latest=latest,
        near=label_said(near["label"], near["kind"]) if near else "",
        near_on=near_on,
        nearness=nearness_said(near["label"], near["kind"], near_on, since) if near_on else "",
        picture=picture_of(facts, entries),
    )


def _changes_csv(rows: list[ShownChange]) -> HttpResponse:
    header = [
        _("Step"), _("Department"), _("Measure"), _("Since"), _("at the earliest"), _("at the latest"), _("Before"), _("Afterwards"),
        _("Unit"), _("Nearest in the calendar"), _("on"), _("As all journeys"),
    ]  # fmt: skip
    return csv_file("changes", header, (_change_cells(one) for one in rows))


def _change_cells(one: ShownChange) -> list[object]:
    facts = one.facts
    levels = ["" if facts[name] is None else facts[name] for name in ("before", "after")]
    days = [one.since.isoformat(), one.earliest.isoformat(), one.latest.isoformat()]
    along = _("yes") if facts["with_all"] else ""
    near_on = one.near_on.isoformat() if one.near_on else ""
    return [one.label, one.owner, one.measure, *days, *levels, facts["unit"], one.near, near_on, along]
