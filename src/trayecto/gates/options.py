"""What can be done about a gate – keep, simplify, only for exceptions, remove – and what each is worth a month."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from trayecto.attempts.facts import Facts
from trayecto.errors import BadValue
from trayecto.gates.visits import GAVE_UP, OPEN, PASSED, REJECTED, Visits
from trayecto.money import Interval, Line, exactly, total_of
from trayecto.values import Amount, Values
from trayecto.whatif import RemoveGate, what_if

KEEP, SIMPLIFY, EXCEPTIONS, REMOVE = OPTIONS = ("keep", "simplify", "only for exceptions", "remove")
STILL = 0.1  # of those stopped are still stopped where a gate is only for exceptions


@dataclass(frozen=True)
class Option:
    """What an option changes a month; ``money`` None without a value model. Above zero is gained."""

    name: str
    orders_kept: Interval
    contacts: Interval
    value_kept: Interval
    money: Interval | None = None
    lines: tuple[Line, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        return {
            "option": self.name,
            "orders_kept": rounded(self.orders_kept),
            "contacts": rounded(self.contacts),
            "money": None if self.money is None else rounded(self.money),
            "lines": [line.to_dict() for line in self.lines],
        }


def rounded(one: Interval) -> dict[str, float]:
    return {name: round(value, 1) for name, value in one.to_dict().items()}


def removal_of(visits: Visits, months: float) -> Option | None:
    """What nobody being stopped would change a month, as ``trayecto what-if`` answers it; None where too few get past the
    gate to say what the others would have done."""
    try:
        answer = what_if(visits.facts.log, [RemoveGate(visits.gate.key)])
    except BadValue:
        return None
    told = {one.name: scaled(one.effect, 1 / months) for one in answer.outcomes}
    lost = surely_lost(visits)
    orders, value = (scaled(told[name], lost) for name in ("orders_kept", "value_kept"))
    return Option(REMOVE, orders, told["contacts"], value, told.get("money"))


def surely_lost(visits: Visits) -> float:
    """Which share of those without an order are lost. What-if takes all of them for lost; but who still waits will be as
    those who are decided, and most of them get past."""
    lost, open_ = visits.count(REJECTED) + visits.count(GAVE_UP), visits.count(OPEN)
    decided = lost + visits.count(PASSED)
    if not lost + open_ or not decided:
        return 1.0
    return (lost + open_ * lost / decided) / (lost + open_)


def scaled(one: Interval, factor: float) -> Interval:
    """A multiple, by a factor of 0 or more."""
    return Interval(one.low * factor, one.expected * factor, one.high * factor)


def options_of(visits: Visits, removal: Option, values: Values | None, months: float) -> list[Option]:
    """All four, each against things as they are.

    *Simplify*: nobody waits or gives up any more, and those who are rejected today still are; it is the most that a
    simpler gate can bring. *Only for exceptions*: the same for nine in ten of those stopped, the tenth that holds the
    rejections goes on being checked. *Remove*: those who are rejected order as well, and what a rejection avoids is lost.
    """
    lost = visits.count(REJECTED) + visits.count(GAVE_UP)
    given_up = visits.count(GAVE_UP) / lost if lost else 1.0
    checks, rejected = len(visits) / months, visits.count(REJECTED) / months
    found = [
        (_part(removal, KEEP, 0.0, 0.0), 0.0, 0.0),
        (_part(removal, SIMPLIFY, given_up, 1.0), 0.0, 0.0),
        (_part(removal, EXCEPTIONS, given_up * (1 - STILL), 1 - STILL), checks * (1 - STILL), 0.0),
        (removal, checks, rejected),
    ]
    if values is None:
        return [option for option, _saved, _let_in in found]
    return [_priced(option, values, _own_lines(visits, *own)) for option, *own in found]


def _part(removal: Option, name: str, orders: float, contacts: float) -> Option:
    return Option(
        name,
        scaled(removal.orders_kept, orders),
        scaled(removal.contacts, contacts),
        scaled(removal.value_kept, orders),
    )


def _priced(option: Option, values: Values, own: list[Line]) -> Option:
    """With its money line by line. What-if knows how the lines of a removal move together, so its interval
    is kept around their sum; else their ends are added."""
    lines = (*_lines(values, option), *own)
    money = total_of(lines)
    if option.money is not None:
        shift = money.expected - option.money.expected
        low, high = option.money.low + shift, option.money.high + shift
        money = Interval(low, money.expected, high)
    return replace(option, money=money, lines=lines)


def _lines(values: Values, option: Option) -> list[Line]:
    lines = []
    if values.margin_share is not None:
        lines.append(Line("value of orders kept", option.value_kept, values.margin_share))
    elif values.margin_per_order is not None:
        lines.append(Line("orders kept", option.orders_kept, values.margin_per_order))
    each = values.contact()
    if each is not None:
        contacts = option.contacts
        saved = Interval(-contacts.high, -contacts.expected, -contacts.low)
        lines.append(Line("contacts saved", saved, each))
    return lines


def _own_lines(visits: Visits, checks: float, let_in: float) -> list[Line]:
    """What the blueprint says of the gate itself: the cost of a check, and the loss a rejection avoids."""
    gate, lines = visits.gate, []
    if gate.cost and checks:
        lines.append(Line("checks saved", exactly(checks), _exact(gate.cost)))
    if gate.gate is not None and gate.gate.avoids and let_in:
        lines.append(Line("losses no longer avoided", exactly(-let_in), _exact(gate.gate.avoids)))
    return lines


def _exact(amount: float) -> Amount:
    return Amount(amount, amount, amount, "blueprint")


def months_of(visits: Visits, facts: Facts) -> float:
    """The months of the log in which the gate stood."""
    since = int(visits.at.min(initial=facts.end))
    return max((facts.end - since) / 86_400e6, 1.0) / (365.25 / 12)
