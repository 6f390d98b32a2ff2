"""Kept analyses as pages show them: with labels in the reader's language, and money as lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from recorrido.journeys.demand import wording
from recorrido.journeys.queries import Study, channel_label

FEW = 30
Result = Mapping[str, Any]


@dataclass(frozen=True)
class Span:
    """``low`` ≤ ``expected`` ≤ ``high``."""

    low: float
    expected: float
    high: float


@dataclass(frozen=True)
class DepartmentRow:
    """Contacts born in a department's steps. ``slug`` "": nobody is known to have caused them."""

    slug: str
    label: str
    contacts: int
    monthly: float
    share: Span
    money: Span | None

    @property
    def few(self) -> bool:
        return self.contacts < FEW


@dataclass(frozen=True)
class CauseRow:
    """``place``: which cause of the result; ``born_at`` "": unexplained."""

    place: int
    born_at: str
    born_label: str
    why: str
    slug: str  # of the department; "" where nothing is explained
    department: str
    felt_label: str
    contacts: int
    monthly: Span
    share: Span
    money: Span | None
    lines: Sequence[Mapping[str, Any]]
    alike: int
    method: str
    """How sure that is: "adjusted", "association"; "" where nothing is explained."""

    @property
    def few(self) -> bool:
        return self.contacts < FEW


@dataclass(frozen=True)
class DemandView:
    """``inside``: the share of contacts born in the company's own processes; the rest is unexplained."""

    contacts: int
    monthly: float
    months: float
    since: datetime
    inside: Span
    currency: str
    departments: Sequence[DepartmentRow]
    causes: Sequence[CauseRow]

    @property
    def unexplained(self) -> CauseRow | None:
        return next((cause for cause in self.causes if not cause.born_at), None)


@dataclass(frozen=True)
class SampledContact:
    row: int  # of the log
    at: datetime
    label: str
    channel: str
    cause: CauseRow


def demand_view(study: Study, result: Result) -> DemandView:
    """The kept answer of failure demand."""
    months, contacts = float(result["months"]), int(result["contacts"])
    causes = [_cause(study, place, told) for place, told in enumerate(result["by_cause"])]
    currency = next((told["money"]["currency"] for told in result["by_cause"] if told["money"]), "")
    rest = next((told["share"] for told in result["by_cause"] if told["born_at"] is None), None)
    inside = (
        Span(1.0, 1.0, 1.0) if rest is None else Span(*(1 - rest[end] for end in ("high", "expected", "low")))
    )
    return DemandView(
        contacts=contacts,
        monthly=contacts / months,
        months=months,
        since=_moment(study, result["first"]),
        inside=inside if contacts else Span(0.0, 0.0, 0.0),
        currency=currency or study.blueprint.currency,
        departments=[_department(study, told, result, months) for told in result["by_department"]],
        causes=causes,
    )


def sampled_contacts(study: Study, result: Result, causes: Sequence[CauseRow]) -> list[SampledContact]:
    """The contacts of these causes that were kept, the oldest first."""
    found = [
        SampledContact(
            row, _moment(study, at), study.label(step), channel_label(channel) if channel else "–", cause
        )
        for cause in causes
        for row, at, step, channel in result["samples"][cause.place]
    ]
    return sorted(found, key=lambda one: (one.at, one.row))


def _department(study: Study, told: Result, result: Result, months: float) -> DepartmentRow:
    slug = told["department"]
    money = [one["money"] for one in result["by_cause"] if one["department"] == slug and one["money"]]
    ends = ("low", "expected", "high")
    return DepartmentRow(
        slug=slug or "",
        label=department_label(study, slug),
        contacts=told["contacts"],
        monthly=told["contacts"] / months,
        share=span_of(told["share"]),
        money=Span(*(sum(one[end] for one in money) for end in ends)) if money else None,
    )


def _cause(study: Study, place: int, told: Result) -> CauseRow:
    born = told["born_at"]
    return CauseRow(
        place=place,
        born_at=born or "",
        born_label=study.label(born) if born else _("Unexplained"),
        why=wording.kind_label(told["kind"]) if born else "",
        slug=told["department"] or "" if born else "",
        department=department_label(study, told["department"]) if born else "",
        felt_label=study.label(told["felt_at"]) if told["felt_at"] else "–",
        contacts=told["contacts"],
        monthly=span_of(told["monthly"]),
        share=span_of(told["share"]),
        money=span_of(told["money"]) if told["money"] else None,
        lines=told["lines"],
        alike=told["alike"],
        method=told["method"] or "",
    )


def department_label(study: Study, slug: str | None) -> str:
    """A department's name; "" is nobody's."""
    if not slug:
        return _("Unexplained")
    department = study.blueprint.departments.get(slug)
    return department.label.text(get_language() or "es") if department else slug


def _moment(study: Study, microseconds: int) -> datetime:
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=int(microseconds))
    return moment.astimezone(ZoneInfo(study.blueprint.time_zone))


def span_of(told: Result) -> Span:
    """An interval as it is kept."""
    return Span(told["low"], told["expected"], told["high"])


@dataclass(frozen=True)
class PurposeRow:
    purpose: str
    label: str
    contacts: int
    monthly: float
    share: Span
    cost: Span | None


@dataclass(frozen=True)
class ContactRow:
    """The contacts at a touchpoint through a channel. ``cost`` a month."""

    step: str
    label: str
    purpose: str
    purpose_label: str
    direction: str
    planned: str
    channel: str
    phase: str
    department: str
    contacts: int
    monthly: float
    share: Span
    cost: Span | None

    @property
    def few(self) -> bool:
        return self.contacts < FEW


@dataclass(frozen=True)
class AdviceRow:
    """``saved``: contacts a month that would not have come; negative where more come after the advice."""

    step: str
    label: str
    department: str
    given: int
    missed: int
    compared: int
    verdict: str
    verdict_label: str
    rate_given: float | None
    rate_missed: float | None
    saved: Span | None
    money: Span | None
    balance: Sequence[tuple[str, float, float]]

    @property
    def per_hundred(self) -> tuple[float, float] | None:
        """Contacts per hundred orders with the advice and without it."""
        if self.rate_given is None or self.rate_missed is None:
            return None
        return 100 * self.rate_given, 100 * self.rate_missed


@dataclass(frozen=True)
class SplitView:
    contacts: int
    monthly: float
    months: float
    currency: str
    purposes: Sequence[PurposeRow]
    rows: Sequence[ContactRow]
    advice: Sequence[AdviceRow]

    @property
    def support(self) -> PurposeRow | None:
        return next((one for one in self.purposes if one.purpose == "support"), None)


def split_view(study: Study, result: Result) -> SplitView:
    """The kept answer of what contact is for."""
    months = float(result["months"])
    purposes = [
        PurposeRow(
            told["purpose"], wording.purpose_label(told["purpose"]), told["contacts"], told["contacts"] / months,
            span_of(told["share"]), span_of(told["cost"]) if told["cost"] else None,
        )
        for told in result["by_purpose"]
    ]  # fmt: skip
    rows = [_contact(study, told, months) for told in result["rows"]]
    advice = [_advice(study, told) for told in result["advice"]]
    contacts = int(result["contacts"])
    return SplitView(contacts, contacts / months, months, result["currency"], purposes, rows, advice)


def _contact(study: Study, told: Result, months: float) -> ContactRow:
    return ContactRow(
        step=told["step"],
        label=study.label(told["step"]),
        purpose=told["purpose"],
        purpose_label=wording.purpose_label(told["purpose"]),
        direction=wording.direction_label(told["direction"]),
        planned=wording.planned_label(told["planned"]),
        channel=channel_label(told["channel"]) if told["channel"] else "–",
        phase=told["phase"],
        department=department_label(study, told["department"]),
        contacts=told["contacts"],
        monthly=told["contacts"] / months,
        share=span_of(told["share"]),
        cost=span_of(told["cost"]) if told["cost"] else None,
    )


def _advice(study: Study, told: Result) -> AdviceRow:
    monthly = told["monthly"]
    return AdviceRow(
        step=told["step"],
        label=study.label(told["step"]),
        department=department_label(study, told["department"]),
        given=told["given"],
        missed=told["missed"],
        compared=told["compared"],
        verdict=told["verdict"],
        verdict_label=wording.verdict_label(told["verdict"]),
        rate_given=told["contacts_given"],
        rate_missed=told["contacts_missed"],
        saved=Span(-monthly["high"], -monthly["expected"], -monthly["low"]) if monthly else None,
        money=span_of(told["money"]) if told["money"] else None,
        balance=[(wording.balance_label(one["of"]), one["raw"], one["compared"]) for one in told["balance"]],
    )
