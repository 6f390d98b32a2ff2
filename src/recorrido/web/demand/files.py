"""The tables of these pages as rows of a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext_lazy as _

from recorrido.journeys.demand.profits import ProfitTable
from recorrido.journeys.demand.queries import DemandView, SampledContact, Span, SplitView
from recorrido.web.methods import method_label

Row = Sequence[object]

CAUSES = (
    _("born at"), _("why"), _("department"), _("felt at"), _("contacts"), _("share"), _("share, low"), _("share, high"),
    _("money a month"), _("money, low"), _("money, high"), _("currency"), _("method"),
)  # fmt: skip
CONTACTS = (_("moment"), _("step"), _("channel"), _("born at"), _("why"), _("row of the journey"))
SPLIT = (
    _("touchpoint"), _("purpose"), _("direction"), _("planned"), _("channel"), _("phase"), _("department"), _("contacts"),
    _("contacts a month"), _("share"), _("cost a month"), _("currency"),
)  # fmt: skip
PROFIT = (_("by"), _("name"), _("journeys"), _("orders"), _("left"), _("low"), _("high"), _("arithmetic"))


def causes(view: DemandView) -> Iterator[Row]:
    for one in view.causes:
        yield (
            one.born_label, one.why, one.department, one.felt_label, one.contacts, *_rounded(one.share, 4),
            *_rounded(one.money, 2), view.currency, method_label(one.method),
        )  # fmt: skip


def sampled(found: Sequence[SampledContact]) -> Iterator[Row]:
    for one in found:
        yield (one.at.isoformat(), one.label, one.channel, one.cause.born_label, one.cause.why, one.row)


def split(view: SplitView) -> Iterator[Row]:
    for one in view.rows:
        yield (
            one.label, one.purpose_label, one.direction, one.planned, one.channel, one.phase, one.department, one.contacts,
            round(one.monthly, 1), round(one.share.expected, 4), round(one.cost.expected, 2) if one.cost else "", view.currency,
        )  # fmt: skip


def profits(tables: Sequence[ProfitTable]) -> Iterator[Row]:
    for table in tables:
        seen = {one.name for one in table.most}
        for one in [*table.most, *(row for row in reversed(table.least) if row.name not in seen)]:
            lines = "; ".join(
                f"{line.label}: {line.quantity:g} × {line.each.expected:g}" for line in one.lines
            )
            total = (round(one.total.expected, 2), round(one.total.low, 2), round(one.total.high, 2))
            yield (table.label, one.name, one.journeys, one.orders, *total, lines)


def _rounded(span: Span | None, digits: int) -> tuple[object, ...]:
    if span is None:
        return ("", "", "")
    return (round(span.expected, digits), round(span.low, digits), round(span.high, digits))
