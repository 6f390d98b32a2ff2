"""What Home opens with: a sentence, three figures, the findings that cost most, what is broken, how the data is doing.

Everything was worked out by the last look for findings and is read here: the page opens no journey log.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from recorrido.events.models import Alarm
from recorrido.events.queries import open_alarms
from recorrido.improve.models import FindingRun
from recorrido.improve.queries import together
from recorrido.journeys.queries import Filters, things
from recorrido.journeys.watch.models import Incident
from recorrido.journeys.watch.queries import open_incidents
from recorrido.shared.days import day_said
from recorrido.web.findings.page import Findings, findings_page, top
from recorrido.web.findings.sentences import money_text, percent
from recorrido.web.findings.showing import Shown

TOP = 5
FEW = 30


@dataclass(frozen=True)
class Figure:
    """One of the three: what it is, how much, between what and what, where it is explained. ``few``: under thirty."""

    label: str
    value: str
    between: str
    address: str
    few: bool = False


@dataclass(frozen=True)
class Overview:
    """``sentence`` "" and no ``figures`` until somebody has looked for findings."""

    page: Findings
    sentence: str
    figures: Sequence[Figure]
    top: Sequence[Shown]
    incidents: Sequence[Incident]
    alarms: Sequence[Alarm]

    @property
    def more(self) -> int:
        """Open findings beyond those that are shown."""
        return len(self.page.rows) - len(self.top)


def overview() -> Overview:
    page = findings_page()
    figures = _figures(page.run, page) if page.run else []
    return Overview(
        page=page,
        sentence=_sentence(page.run, page) if page.run else "",
        figures=figures,
        top=top(page, TOP),
        incidents=open_incidents(),
        alarms=open_alarms(),
    )


def _sentence(run: FindingRun, page: Findings) -> str:
    """ "El 62 % de los contactos nace en un proceso interno, el 71 % …, y lo que falla cuesta … al mes." """
    inside, regular, money = _inside(run), run.summary["summary"]["regular"]["share"], _money(run, page)
    parts = []
    if inside is not None:
        parts.append(
            _("%(share)s of the contacts are born in a process of the company")
            % {"share": percent(inside["expected"])}
        )
    if regular is not None:
        facts = {"share": percent(regular), "people": _whose(run, page)}
        parts.append(_("%(share)s of the %(people)s take the regular path") % facts)
    if money:
        parts.append(_("what goes wrong costs %(money)s a month") % {"money": money})
    told = _and(parts)
    return f"{told[:1].upper()}{told[1:]}." if told else ""


def _and(parts: Sequence[str]) -> str:
    """ "a, b, and c"."""
    if len(parts) < 2:
        return "".join(parts)
    return _("%(first)s, and %(last)s") % {"first": ", ".join(parts[:-1]), "last": parts[-1]}


def _inside(run: FindingRun) -> dict[str, float] | None:
    contacts = run.summary["summary"]["contacts"]
    return contacts["inside"] if contacts else None


def _money(run: FindingRun, page: Findings) -> str:
    money = together(run, [one.finding for one in page.rows])
    return money_text(money) if money else ""


def _figures(run: FindingRun, page: Findings) -> list[Figure]:
    found = [_contacts(run), _regular(run, page), _cost(run, page)]
    return [one for one in found if one]


def _contacts(run: FindingRun) -> Figure | None:
    inside = _inside(run)
    if inside is None:
        return None
    contacts = run.summary["summary"]["contacts"]["contacts"]
    facts = {"low": percent(inside["low"]), "high": percent(inside["high"]), "count": _count(contacts)}
    return Figure(
        label=_("of the contacts with customer service are born in a process of the company"),
        value=percent(inside["expected"]),
        between=_("between %(low)s and %(high)s, of %(count)s contacts") % facts,
        address=_address(run, "demand:failure"),
        few=contacts < FEW,
    )


def _regular(run: FindingRun, page: Findings) -> Figure | None:
    told: dict[str, Any] = run.summary["summary"]["regular"]
    if told["share"] is None:
        return None
    facts = {"target": percent(told["target"]), "journeys": _journeys(told)} | _ends(told.get("between"))
    between = (
        _("between %(low)s and %(high)s, of %(journeys)s; the target is %(target)s")
        if "low" in facts
        else _("the target is %(target)s; of %(journeys)s")
    )
    label = _("of the %(people)s take the regular path: to the goal, without detours or asking for help")
    return Figure(
        label=label % {"people": _whose(run, page)},
        value=percent(told["share"]),
        between=between % facts,
        # The map of the very period that was counted; the page of the regular path speaks of the whole log.
        address=f"{reverse('journeys:map')}?type={run.journey_type}&{told['query']}",
        few=told["journeys"] < FEW,
    )


def _journeys(told: Mapping[str, Any]) -> str:
    """How many, and of which time: the page of the regular path speaks of all time, and has another share."""
    period, count = Filters.decode(told["query"]), _count(told["journeys"])
    if not (period.start and period.end):
        return _("%(count)s journeys") % {"count": count}
    first, last = (day_said(day, "j M") for day in (period.start, period.end))
    return _("%(count)s journeys of %(first)s to %(last)s") % {"count": count, "first": first, "last": last}


def _ends(between: Sequence[float] | None) -> dict[str, str]:
    """Nothing for a run of before there was an interval."""
    return {"low": percent(between[0]), "high": percent(between[1])} if between else {}


def _whose(run: FindingRun, page: Findings) -> str:
    """Whose journeys they are, in the plural: customers, orders."""
    kind = page.names.journey_type(run.journey_type)
    return _("customers") if kind is None or kind.key == "person" else things(kind.key, 2)


def _cost(run: FindingRun, page: Findings) -> Figure:
    money = _money(run, page)
    return Figure(
        label=_("a month is what goes wrong costs, as far as it was found"),
        value=money or _("not known"),
        between=_("9 times in 10 it lies in between; each journey counts once") if money else "",
        address=reverse("findings:list") if money else reverse("values:values"),
    )


def _address(run: FindingRun, *routes: str) -> str:
    """The first of these pages that exists, for the journeys that were looked at; "" where none does."""
    for route in routes:
        try:
            return f"{reverse(route)}?{urlencode({'type': run.journey_type})}"
        except NoReverseMatch:
            continue
    return ""


def _count(number: float) -> str:
    return number_format(round(number), decimal_pos=0, force_grouping=True)
