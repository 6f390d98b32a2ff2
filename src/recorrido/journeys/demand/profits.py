"""Who leaves most and least, as the page shows it: a kept analysis with labels in the reader's language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from recorrido.journeys.demand import wording
from recorrido.journeys.demand.queries import Result, Span, span_of
from recorrido.journeys.queries import Study, value_label


@dataclass(frozen=True)
class ProfitLine:
    label: str
    quantity: float
    each: Span
    total: Span
    source: str


@dataclass(frozen=True)
class ProfitRow:
    """What a customer, a product or a channel left. ``value``: the name as the log keeps it; ``person``: the id of a customer's
    page."""

    name: str
    value: str
    person: int | None
    journeys: int
    orders: int
    total: Span
    lines: Sequence[ProfitLine]

    @property
    def per_order(self) -> float | None:
        return self.total.expected / self.orders if self.orders else None


@dataclass(frozen=True)
class ProfitTable:
    by: str
    label: str
    groups: int
    losing: int
    most: Sequence[ProfitRow]
    least: Sequence[ProfitRow]

    @property
    def is_whole(self) -> bool:
        """Whether the most profitable are all there are."""
        return self.groups <= len(self.most)


@dataclass(frozen=True)
class ProfitView:
    """``whole`` None: nobody says what anything is worth. ``has_margin``: whether orders have a worth, not only contacts a cost."""

    currency: str
    months: float
    whole: ProfitRow | None
    tables: Sequence[ProfitTable]

    @property
    def has_margin(self) -> bool:
        return self.whole is not None and any(line.total.expected > 0 for line in self.whole.lines)


def profit_view(study: Study, result: Result) -> ProfitView:
    """The kept answer of who leaves how much."""
    whole = _profit(study, "", result["whole"]) if result["whole"] else None
    return ProfitView(
        result["currency"],
        float(result["months"]),
        whole,
        [_table(study, told) for told in result["dimensions"]],
    )


def _table(study: Study, told: Result) -> ProfitTable:
    attribute = study.journey_type.attribute(told["by"])
    label = attribute.label.text(get_language() or "es") if attribute else _("Customer")
    most, least = ([_profit(study, told["by"], one) for one in told[side]] for side in ("most", "least"))
    return ProfitTable(told["by"], label, told["groups"], told["losing"], most, least)


def _profit(study: Study, by: str, told: Result) -> ProfitRow:
    attribute = study.journey_type.attribute(by)
    name = str(told["name"])
    return ProfitRow(
        name=value_label(attribute, name),
        value=name,
        person=int(name) if by == "person" and name.isdigit() else None,
        journeys=told["journeys"],
        orders=told["orders"],
        total=span_of(told["profit"]),
        lines=[
            ProfitLine(
                wording.line_label(line["what"]), line["quantity"]["expected"], span_of(line["each"]), span_of(line["total"]),
                line["each"]["source"] or "",
            )
            for line in told["lines"]
        ],
    )  # fmt: skip
