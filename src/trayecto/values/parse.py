"""Reads a value model; every mistake is told with file, line and column."""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any, NoReturn

import yaml

from trayecto.blueprint.saying import gettext as _
from trayecto.errors import BadValue, UnreadableFile, nearest
from trayecto.values.model import Amount, Values

TOP = ("currency", "margin", "contact", "return", "delay_day", "retained_customer")
MARGIN = ("per_order", "share", "products")
AMOUNT = ("low", "expected", "high", "source", "date")


class BadValues(BadValue):
    """``line`` and ``column`` count from 1."""

    code = "bad_values"

    def __init__(self, file: str, line: int, column: int, problem: str) -> None:
        super().__init__(f"{file}, line {line}, column {column}: {problem}")
        self.file, self.line, self.column, self.problem = file, line, column, problem


def load_values(path: str | Path) -> Values:
    """The value model of a file; raises UnreadableFile, BadValues."""
    file = Path(path)
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableFile(f"{file.name} cannot be read as text: {error}") from error
    return read_values(text, file=file.name)


def read_values(text: str, *, file: str = "values.yaml") -> Values:
    """The value model of a text; raises BadValues for the first mistake."""
    return _Reader(file).values(text)


class _Reader:
    def __init__(self, file: str) -> None:
        self._file = file

    def values(self, text: str) -> Values:
        try:
            root = yaml.compose(text, Loader=yaml.SafeLoader)
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
            problem = _("this is not YAML: %(why)s.") % {"why": getattr(error, "problem", None) or error}
            raise BadValues(self._file, line, column, problem) from error
        if root is None:
            raise BadValues(
                self._file, 1, 1, _("the file is empty; at least 'currency: EUR' must stand here.")
            )
        told = dict(self._fields(root, TOP))
        if "currency" not in told:
            self._refuse(root, _("'currency' is missing; write its three letters, e.g. 'currency: EUR'."))
        margin = dict(self._fields(told["margin"], MARGIN)) if "margin" in told else {}
        contact = self._named(told["contact"]) if "contact" in told else {}
        return Values(
            currency=self._currency(told["currency"]),
            margin_per_order=self._maybe(margin.get("per_order")),
            margin_share=self._share(margin.get("share")),
            margin_by_product=self._named(margin["products"]) if "products" in margin else {},
            contact_any=contact.pop("any", None),
            contact_by_channel=contact,
            return_cost=self._maybe(told.get("return")),
            delay_day=self._maybe(told.get("delay_day")),
            retained_customer=self._maybe(told.get("retained_customer")),
            source=text,
        )

    def _fields(self, node: yaml.Node, known: Collection[str]) -> Iterator[tuple[str, yaml.Node]]:
        for key, name, value in self._pairs(node):
            if name not in known:
                self._refuse(key, _("'%(name)s' is not known here.") % {"name": name} + _hint(name, known))
            yield name, value

    def _pairs(self, node: yaml.Node) -> Iterator[tuple[yaml.Node, str, yaml.Node]]:
        if not isinstance(node, yaml.MappingNode):
            self._refuse(node, _("names with values are expected here, such as 'any: 2100'."))
        seen: set[str] = set()
        for key, value in node.value:
            name = str(key.value)
            if name in seen:
                self._refuse(key, _("'%(name)s' stands twice; keep one of them.") % {"name": name})
            seen.add(name)
            yield key, name, value

    def _named(self, node: yaml.Node) -> dict[str, Amount]:
        return {name: self._amount(value) for _key, name, value in self._pairs(node)}

    def _maybe(self, node: yaml.Node | None) -> Amount | None:
        return None if node is None else self._amount(node)

    def _share(self, node: yaml.Node | None) -> Amount | None:
        share = self._maybe(node)
        if share is not None and node is not None and share.high > 1:
            problem = _("a share of the order's value is at most 1, not %(high)s.")
            self._refuse(node, problem % {"high": f"{share.high:g}"})
        return share

    def _amount(self, node: yaml.Node) -> Amount:
        if isinstance(node, yaml.ScalarNode):
            number = self._number(node)
            return Amount(number, number, number)
        told = dict(self._fields(node, AMOUNT))
        if "expected" not in told:
            problem = _("'expected' is missing: the amount itself; 'low' and 'high' may stand beside it.")
            self._refuse(node, problem)
        expected = self._number(told["expected"])
        low, high = (self._number(told[name]) if name in told else expected for name in ("low", "high"))
        if not low <= expected <= high:
            ends = {"low": f"{low:g}", "expected": f"{expected:g}", "high": f"{high:g}"}
            problem = _("low ≤ expected ≤ high does not hold: %(low)s, %(expected)s, %(high)s.")
            self._refuse(node, problem % ends)
        source = str(told["source"].value) if "source" in told else None
        return Amount(low, expected, high, source, self._date(told["date"]) if "date" in told else None)

    def _number(self, node: yaml.Node) -> float:
        value: Any = None
        if isinstance(node, yaml.ScalarNode):
            value = yaml.SafeLoader("").construct_object(node)
        if (
            isinstance(value, bool)
            or not isinstance(value, int | float)
            or not math.isfinite(value)
            or value < 0
        ):
            shown = node.value if isinstance(node, yaml.ScalarNode) else _("a list or names")
            problem = _("an amount of 0 or more is expected, such as 2100 or 0.38, not '%(shown)s'.")
            self._refuse(node, problem % {"shown": shown})
        return float(value)

    def _date(self, node: yaml.Node) -> datetime.date:
        try:
            return datetime.date.fromisoformat(str(node.value))
        except ValueError:
            self._refuse(node, _("a date is written 2026-10-31, not '%(shown)s'.") % {"shown": node.value})

    def _currency(self, node: yaml.Node) -> str:
        if not re.fullmatch("[A-Z]{3}", str(node.value)):
            problem = _("a currency has three capital letters, e.g. EUR, not '%(shown)s'.")
            self._refuse(node, problem % {"shown": node.value})
        return str(node.value)

    def _refuse(self, node: yaml.Node, problem: str) -> NoReturn:
        raise BadValues(self._file, node.start_mark.line + 1, node.start_mark.column + 1, problem)


def _hint(name: str, known: Collection[str]) -> str:
    guess = nearest(name, known)
    if guess:
        return _(" Did you mean '%(guess)s'?") % {"guess": guess}
    return _(" Known are: %(known)s.") % {"known": ", ".join(known)}
