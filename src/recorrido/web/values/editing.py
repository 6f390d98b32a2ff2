"""What the form of the value model says."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.http import QueryDict
from django.utils.translation import gettext as _

from recorrido.journeys.valuing import PRODUCT, AmountRow, checked

FIELDS = ("low", "expected", "high", "source", "date")
LONGEST = 200
SPARE = 2  # empty rows for products that have no amount yet


@dataclass(frozen=True)
class Edited:
    """The form as it was sent: its rows with their problems, its currency with its own."""

    currency: str
    rows: list[AmountRow]
    products: list[AmountRow]
    problem: str = ""

    @property
    def is_fine(self) -> bool:
        return not self.problem and not any(row.problem for row in (*self.rows, *self.products))


def edited(said: QueryDict, keys: Iterable[str]) -> Edited:
    """``keys``: those of the rows that are no products; products bring their names along."""
    currency = said.get("currency", "").strip().upper()[:LONGEST]
    rows = [_row(said, key, key) for key in keys]
    numbers = range(sum(name.startswith("product.") and name.endswith(".name") for name in said))
    named = [_row(said, PRODUCT + _said(said, f"product.{n}.name"), f"product.{n}") for n in numbers]
    products = [row for row in named if row.key != PRODUCT or not row.is_empty]
    wrong = "" if re.fullmatch("[A-Z]{3}", currency) else _("Three letters, such as CLP or EUR.")
    return Edited(currency, checked(rows), _named_once(checked(products)), wrong)


def _row(said: QueryDict, key: str, field: str) -> AmountRow:
    return AmountRow(key, **{name: _said(said, f"{field}.{name}") for name in FIELDS})


def _said(said: QueryDict, name: str) -> str:
    return said.get(name, "").strip()[:LONGEST]


def _named_once(products: list[AmountRow]) -> list[AmountRow]:
    seen: set[str] = set()
    found = []
    for row in products:
        problem = row.problem
        if row.key == PRODUCT:
            problem = _("Write the product's name.")
        elif row.key in seen:
            problem = _("This product stands twice; keep one of them.")
        seen.add(row.key)
        found.append(replace(row, problem=problem))
    return found
