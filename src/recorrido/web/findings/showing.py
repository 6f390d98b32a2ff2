"""A finding as its card, its page and its line in a file show it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from recorrido.improve.models import Finding, FindingStatus, Improvement
from recorrido.improve.queries import Money, money_of
from recorrido.journeys.queries import length_said
from recorrido.shared import clock
from recorrido.web.findings import sentences
from recorrido.web.findings.naming import Names, evidence_of
from recorrido.web.money import money_exact, money_range

FRESH = timedelta(minutes=55)  # a log version is kept for an hour at least
FEW = 30
BAR = 160  # width of a bar that is whole


@dataclass(frozen=True)
class Bar:
    """A share beside another one; ``width`` of BAR."""

    label: str
    share: float
    strong: bool

    @property
    def words(self) -> str:
        return sentences.percent(self.share)

    @property
    def width(self) -> int:
        return max(2, round(BAR * min(1.0, self.share)))


@dataclass(frozen=True)
class Sum:
    """One line of the arithmetic: quantity × each = total."""

    what: str
    quantity: str
    each: str
    total: str
    source: str


@dataclass(frozen=True)
class Shown:
    """What templates ask of a finding."""

    finding: Finding
    names: Names
    improvement: Improvement | None = None
    overlapping: tuple[Finding, ...] = ()

    @cached_property
    def sentence(self) -> str:
        return sentences.sentence_of(self.finding, self.names)

    @cached_property
    def wrong(self) -> str:
        return sentences.what_is_wrong(self.finding, self.names)

    @property
    def next_step(self) -> str:
        return sentences.next_step(self.finding, self.names)

    @property
    def why_not(self) -> str:
        return sentences.why_not(self.finding, self.names)

    @property
    def kind(self) -> str:
        return sentences.kind_label(self.finding.kind)

    @property
    def method(self) -> str:
        """Its name; pages ask ``method_mark`` for the word and what it means."""
        return str(self.told.get("method", ""))

    @property
    def told(self) -> dict[str, Any]:
        return self.finding.detail

    @property
    def department(self) -> str:
        return self.names.department(self.finding.department)

    @property
    def felt_at(self) -> str:
        return self.names.step(self.told.get("felt_at") or self.finding.step)

    @property
    def born_at(self) -> str:
        return self.names.step(self.told.get("born_at") or self.finding.step)

    @property
    def is_born_elsewhere(self) -> bool:
        return self.told.get("born_at") != self.told.get("felt_at")

    @property
    def money(self) -> Money | None:
        return money_of(self.told.get("money"))

    @property
    def money_text(self) -> str:
        return sentences.money_text(self.money) if self.money else ""

    @property
    def expected_text(self) -> str:
        return (
            money_range(self.money.expected, self.money.expected, self.money.currency) if self.money else ""
        )

    @property
    def few(self) -> bool:
        return self.finding.journeys < FEW

    @property
    def people(self) -> str:
        monthly = self.told.get("journeys_per_month", 0.0)
        return self.names.people(self.finding.last_run.journey_type, monthly)

    @property
    def since(self) -> str:
        """The day, with what stands near it unless the sentence says that already."""
        whole = self.names.day(self.told.get("since"))
        return sentences.day_said(self.told.get("since")) if whole in self.wrong else whole

    @property
    def is_gone(self) -> bool:
        return self.finding.status == FindingStatus.GONE

    @cached_property
    def bars(self) -> list[Bar]:
        return [*_bars(self.finding, self.names)]

    @property
    def bar_height(self) -> int:
        return 22 * len(self.bars)

    @cached_property
    def evidence(self) -> list[tuple[str, str]]:
        return [*_evidence(self.finding, self.names)]

    @cached_property
    def sums(self) -> list[Sum]:
        currency = (self.told.get("money") or {}).get("currency") or ""
        return [_sum(line, currency) for line in self.told.get("lines", [])]

    @property
    def journeys_address(self) -> str:
        """The journeys behind it: in the version that was looked at, as long as it is there."""
        if self.is_gone or self.finding.is_look_alike:
            return ""
        run = self.finding.last_run
        pinned = {"log": run.log_version} if clock.now() - run.at < FRESH else {}
        fields = {"type": run.journey_type, **pinned, "sel": f"finding:{self.finding.key}"}
        return f"{reverse('journeys:list')}?{urlencode(fields)}"

    @property
    def what_if_address(self) -> str:
        """The page *What if* with the change that undoes it; "" where no words say that, or nothing is to be mended."""
        undo = self.told.get("undo")
        if not undo or self.is_gone or self.finding.is_look_alike:
            return ""
        fields = {"type": self.finding.last_run.journey_type, "change": json.dumps(undo)}
        return f"{reverse('whatif:whatif')}?{urlencode(fields)}"

    @property
    def step_address(self) -> str:
        """Where it shows, on the journey pages."""
        step = self.told.get("felt_at") or self.finding.step
        return f"{reverse('journeys:step', args=[step])}?{urlencode({'type': self.finding.last_run.journey_type})}"


def shown(
    findings: Iterable[Finding], names: Names, improvements: dict[int, Improvement], known: Sequence[Finding]
) -> list[Shown]:
    """``known``: among which those that share journeys are looked up."""
    by_key = {one.key: one for one in known}
    return [Shown(one, names, improvements.get(one.id), tuple(_overlapping(one, by_key))) for one in findings]


def _overlapping(finding: Finding, by_key: dict[str, Finding]) -> Iterable[Finding]:
    for key in finding.detail.get("overlaps", []):
        other = by_key.get(key)
        if other is not None and not other.is_look_alike and other.last_run_id == finding.last_run_id:
            yield other


def _bars(finding: Finding, names: Names) -> Iterable[Bar]:
    """What it is beside what it is compared with."""
    told = evidence_of(finding)
    if finding.kind == sentences.GATE and told.get("stopped"):
        lost = [
            (told.get("gave_up", 0), _("gave up")),
            (told.get("rejected", 0), pgettext("customers", "rejected")),
        ]
        yield from (Bar(label, count / told["stopped"], count == max(lost)[0]) for count, label in lost)
        return
    of = told.get("of") or 0
    share = told.get("share", told.get("late", 0) / of if of else told.get("after"))
    if share is None:
        return
    adjusted, before = told.get("adjusted"), told.get("before")
    if adjusted:
        yield Bar(names.cause(finding), share, True)
        yield Bar(_("comparable cases"), max(0.0, share - adjusted["expected"]), False)
    elif before is not None:
        yield Bar(_("now"), share, True)
        yield Bar(_("before"), before, False)
    else:
        yield Bar(_("of all cases"), share, True)


def _evidence(finding: Finding, names: Names) -> Iterable[tuple[str, str]]:
    """Name and figure of what speaks for it."""
    told, detail = evidence_of(finding), finding.detail
    yield _("Journeys"), _count(finding.journeys)
    if "of" in told:
        yield _("Looked at"), _count(told["of"])
    if told.get("stopped"):
        yield _("Stopped"), _count(told["stopped"])
        yield _("Gave up"), _count(told.get("gave_up", 0))
        yield _("Rejected"), _count(told.get("rejected", 0))
    if detail.get("contacts"):
        yield _("Contacts in these cases"), _count(detail["contacts"])
    yield from _difference(told, names, finding.last_run.journey_type)
    yield from _wait(detail)
    if detail.get("since"):
        yield _("Since"), names.day(detail["since"])
    for name, label in (
        ("orders_kept", _("Orders won a month, if mended")),
        ("contacts", _("Contacts a month, if mended")),
    ):
        effect = detail.get("effects", {}).get(name)
        if effect:
            yield label, _between(effect)
    tested = finding.last_run.summary.get("tested")
    if tested:
        yield _("Suspicions tested, this one among them"), _count(tested)
    if detail.get("p") is not None:
        yield _("Chance alone would say as much"), _chance(detail["p"])


def _difference(told: dict[str, Any], names: Names, journey_type: str) -> Iterable[tuple[str, str]]:
    adjusted = told.get("adjusted")
    if not adjusted:
        return
    yield _("Worse than all others by"), _("%(n)s points") % {"n": sentences.points(told.get("raw"))}
    facts = {name: sentences.points(adjusted[name]) for name in ("low", "expected", "high")}
    yield _("Worse than comparable ones by"), _("%(expected)s points (%(low)s to %(high)s)") % facts
    like = [names.attribute(journey_type, name) for name in told.get("comparable", [])]
    if like:
        yield _("Comparable: alike in"), ", ".join(like)


def _wait(detail: dict[str, Any]) -> Iterable[tuple[str, str]]:
    wait = detail.get("wait")
    if wait:
        yield _("Half of these waited longer than"), length_said(wait["median"])


def _count(number: float) -> str:
    return number_format(round(number), decimal_pos=0, force_grouping=True)


def _signed(number: float) -> str:
    """A difference: "+248", "−3,6"; a decimal only below ten."""
    places = 1 if abs(number) < 10 else 0
    text = number_format(round(number, places), decimal_pos=places, force_grouping=True)
    return f"+{text}" if number > 0 else text.replace("-", "−")


def _between(effect: dict[str, float]) -> str:
    facts = {name: _signed(effect[name]) for name in ("low", "expected", "high")}
    return _("%(expected)s (%(low)s to %(high)s)") % facts


def _chance(p: float) -> str:
    if p < 0.001:
        return _("less than once in a thousand")
    return _("%(share)s of the times") % {"share": sentences.percent(p)}


def _sum(line: dict[str, Any], currency: str) -> Sum:
    labels = {
        "value of orders kept": _("Value of orders that would be kept"),
        "orders kept": _("Orders that would be kept"),
        "contacts saved": _("Contacts that would be saved"),
    }
    quantity, each, total = line["quantity"], line["each"], line["total"]
    is_value = line["what"] == "value of orders kept"
    of_each = [each["low"], each["high"]]
    share = "–".join(dict.fromkeys(sentences.percent(one) for one in of_each))
    sums = money_exact(each["low"], each["high"], currency)
    return Sum(
        what=labels.get(line["what"], line["what"]),
        quantity=money_range(quantity["low"], quantity["high"], currency) if is_value else _ends(quantity),
        each=share if is_value else sums,
        total=money_range(total["low"], total["high"], currency),
        source=", ".join(one for one in (each.get("source"), _day(each.get("date"))) if one),
    )


def _day(text: str | None) -> str:
    return date_format(date.fromisoformat(text), "SHORT_DATE_FORMAT") if text else ""


def _ends(quantity: dict[str, float]) -> str:
    low, high = _count(quantity["low"]), _count(quantity["high"])
    return low if low == high else f"{low}–{high}"
