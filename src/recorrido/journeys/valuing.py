"""The value model as rows of a table that people fill in, and back."""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from recorrido.shared.numbers import number_read, number_said
from trayecto.values import Amount, Values, to_text

PER_ORDER, SHARE, ANY, RETURN, DELAY_DAY, RETAINED = (
    "margin.per_order", "margin.share", "contact.any", "return", "delay_day", "retained_customer",
)  # fmt: skip
PRODUCT, CONTACT = "product.", "contact."
PERCENT = 100
CHANNELS = (
    "phone",
    "email",
    "chat",
    "whatsapp",
    "social",
    "store",
    "web",
    "app",
)  # contacts come in by these


@dataclass(frozen=True)
class AmountRow:
    """One amount as it is typed; all fields empty: not counted. A share is written in percent. ``problem``: what is
    wrong with it, for whoever typed it. ``key`` of a product: ``product.`` and its name."""

    key: str
    low: str = ""
    expected: str = ""
    high: str = ""
    source: str = ""
    date: str = ""
    problem: str = ""

    @property
    def is_empty(self) -> bool:
        return not (self.low or self.expected or self.high)


def rows_of(values: Values | None) -> list[AmountRow]:
    """A row for each amount that can be said, with what is in force."""
    known = values or Values("")
    named = list(dict.fromkeys([*CHANNELS, *known.contact_by_channel]))
    return [
        _row(PER_ORDER, known.margin_per_order),
        _row(SHARE, known.margin_share and known.margin_share.times(PERCENT)),
        *(_row(PRODUCT + name, amount) for name, amount in known.margin_by_product.items()),
        _row(ANY, known.contact_any),
        *(_row(CONTACT + name, known.contact_by_channel.get(name)) for name in named),
        _row(RETURN, known.return_cost),
        _row(DELAY_DAY, known.delay_day),
        _row(RETAINED, known.retained_customer),
    ]


def checked(rows: Iterable[AmountRow]) -> list[AmountRow]:
    """The rows, each with its problem, if it has one."""
    return [replace(row, problem=_problem(row)) for row in rows]


def text_of(currency: str, rows: Iterable[AmountRow]) -> str:
    """The YAML of rows that have no problem."""
    amounts = {row.key: _amount(row) for row in rows if not row.is_empty}
    share = amounts.get(SHARE)
    return to_text(
        Values(
            currency=currency,
            margin_per_order=amounts.get(PER_ORDER),
            margin_share=share and _from_percent(share),
            margin_by_product=dict(_named(amounts, PRODUCT)),
            contact_any=amounts.pop(ANY, None),
            contact_by_channel=dict(_named(amounts, CONTACT)),
            return_cost=amounts.get(RETURN),
            delay_day=amounts.get(DELAY_DAY),
            retained_customer=amounts.get(RETAINED),
        )
    )


def _from_percent(amount: Amount) -> Amount:
    low, expected, high = (round(end / PERCENT, 6) for end in (amount.low, amount.expected, amount.high))
    return Amount(low, expected, high, amount.source, amount.date)


def _named(amounts: dict[str, Amount], prefix: str) -> Iterator[tuple[str, Amount]]:
    for key, amount in amounts.items():
        if key.startswith(prefix):
            yield key.removeprefix(prefix), amount


def _row(key: str, amount: Amount | None) -> AmountRow:
    if amount is None:
        return AmountRow(key)
    exact = amount.low == amount.expected == amount.high
    return AmountRow(
        key,
        low="" if exact else number_said(amount.low),
        expected=number_said(amount.expected),
        high="" if exact else number_said(amount.high),
        source=amount.source or "",
        date=amount.date.isoformat() if amount.date else "",
    )


def _amount(row: AmountRow) -> Amount:
    expected = number_read(row.expected)
    low, high = (number_read(text) if text else expected for text in (row.low, row.high))
    date = datetime.date.fromisoformat(row.date) if row.date else None
    return Amount(low, expected, high, row.source or None, date)


def _problem(row: AmountRow) -> str:
    if row.is_empty:
        told = row.source or row.date
        return _("Write the expected amount, or clear its source and date.") if told else ""
    if not row.expected:
        return _("Write the expected amount; the lowest and the highest may stand beside it.")
    try:
        amount = _amount(replace(row, date=""))
    except ValueError:
        return _("Write amounts as numbers, such as %(one)s or %(other)s.") % {
            "one": number_said(2100),
            "other": number_said(0.38),
        }
    return _wrong_order(row, amount) or _wrong_date(row.date)


def _wrong_order(row: AmountRow, amount: Amount) -> str:
    if not all(map(math.isfinite, (amount.low, amount.expected, amount.high))) or amount.low < 0:
        return _("An amount is 0 or more.")
    if not amount.low <= amount.expected <= amount.high:
        return _("The lowest may not be above the expected amount, nor the expected above the highest.")
    if row.key == SHARE and amount.high > PERCENT:
        return _("A share of the order's value is at most 100 %.")
    return ""


def _wrong_date(text: str) -> str:
    try:
        if text:
            datetime.date.fromisoformat(text)
    except ValueError:
        return _("Write the date like 2026-10-31.")
    return ""
