"""The scenario language as frozen records. docs/simulator.md explains each word; parsing.py reads the file.

Shares and probabilities lie between 0 and 1; ``share`` fields inside a list are weights on any positive
scale; pairs are (from, to); money is in whole units of ``currency``.
"""

from __future__ import annotations

import datetime
from typing import Annotated, Literal

import msgspec

from recorrido.simulator.faults import AnyFault, Gate
from recorrido.simulator.faults.base import Count, Positive, Share, Word

Pair = tuple[Annotated[float, msgspec.Meta(ge=0)], Annotated[float, msgspec.Meta(ge=0)]]
Days = tuple[Count, Count]
Weights = tuple[Annotated[float, msgspec.Meta(ge=0)], ...]


class Record(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Frozen, keyword only; an unknown word in the file is an error."""


class Period(Record, frozen=True, kw_only=True):
    """Events are kept of ``months`` whole months up to ``end``; customers come from ``warm_up_days`` before."""

    end: datetime.date
    months: Annotated[int, msgspec.Meta(ge=1, le=60)]
    warm_up_days: Count = 150


class Place(Record, frozen=True, kw_only=True):
    country: str
    timezone: str
    currency: str
    phone: str  # country prefix and first digits, e.g. "+569"
    stores_shut_on: tuple[Annotated[str, msgspec.Meta(pattern=r"^\d\d-\d\d$")], ...] = ()


class Customers(Record, frozen=True, kw_only=True):
    """``count`` persons come over the whole period; of them ``known_before`` had bought earlier."""

    count: Annotated[int, msgspec.Meta(ge=1)]
    known_before: Share = 0
    loyal: Share = 0
    max_orders: Annotated[int, msgspec.Meta(ge=1, le=30)] = 10


class Companies(Record, frozen=True, kw_only=True):
    """Business customers: persons come in companies; representatives visit before ``visit`` of the orders."""

    contacts: Annotated[int, msgspec.Meta(ge=1)]
    visit: Share = 0
    invoice_days: Count = 1
    terms_days: Count = 30
    paid_late: Share = 0


class Region(Record, frozen=True, kw_only=True):
    """``late``: probability that any carrier is late there; ``days``: working days of a punctual delivery."""

    name: str
    share: Positive
    distance: Literal["near", "mid", "far"]
    late: Share
    days: Days


class Store(Record, frozen=True, kw_only=True):
    code: str
    city: str
    region: str
    share: Positive
    opens: Positive = 10
    closes: Positive = 20.5
    returns: Positive = 1.0  # factor on the share of its buyers who bring something back


class Channel(Record, frozen=True, kw_only=True):
    """``how``: online (visit, cart, checkout), counter (bought and taken along), assisted (asked, then
    placed by staff) or external (only the order arrives). ``amount`` is the mean order."""

    name: Word
    how: Literal["online", "counter", "assisted", "external"]
    first_share: Share
    repeat_share: Share
    amount: Positive
    first_factor: Positive = 1
    spread: Share = 0.5
    pickup: Share = 0


class Promotion(Record, frozen=True, kw_only=True, rename={"starts": "from", "ends": "to"}):
    """Days from–to (both included) on which demand is ``lift`` times as high and prices fall by ``discount``."""

    name: str
    starts: datetime.date
    ends: datetime.date
    lift: Positive
    discount: Share = 0


class Demand(Record, frozen=True, kw_only=True):
    """Weights: seven weekdays from Monday, months by number (absent: 1), promotions."""

    weekdays: Annotated[Weights, msgspec.Meta(min_length=7, max_length=7)] = (1, 1, 1, 1, 1, 1, 1)
    months: dict[int, Positive] = {}
    promotions: tuple[Promotion, ...] = ()


class Presale(Record, frozen=True, kw_only=True):
    """Traffic ahead of orders, and visits that lead to none (``visits`` per customer)."""

    visits: Annotated[float, msgspec.Meta(ge=0)] = 0
    ad: Share = 0
    views: Pair = (1, 2)
    cart: Share = 0
    advice: Share = 0
    showroom: Share = 0
    own_device: Share = 0  # visits without order that come from a customer's own device


class Trouble(Record, frozen=True, kw_only=True):
    """What goes wrong on the web every day, and what people then do again: it changes no order.

    ``searches``: share of visits that search; ``empty``: of searches, without results; ``checkout_errors``: of
    checkouts; ``refused_payments``: of web orders, before the payment that is approved.
    """

    searches: Share = 0
    empty: Share = 0
    checkout_errors: Share = 0
    refused_payments: Share = 0


class Carrier(Record, frozen=True, kw_only=True):
    """Weights of being chosen by distance; ``late`` is added to the region's probability (may be negative)."""

    name: str
    near: Annotated[float, msgspec.Meta(ge=0)] = 0
    mid: Annotated[float, msgspec.Meta(ge=0)] = 0
    far: Annotated[float, msgspec.Meta(ge=0)] = 0
    late: float = 0


class Fulfilment(Record, frozen=True, kw_only=True):
    """``prepare_days``, ``ship_days``: weights of 0, 1, 2… working days. Late: beyond ``promise_days``."""

    prepare_days: Weights = (1,)
    ship_days: Weights = (1,)
    promise_days: Count = 5
    late_days: Days = (1, 4)
    failed: Share = 0
    wrong_item: Share = 0
    cancelled: Share = 0
    pickup_days: Pair = (0.5, 3)


class Returns(Record, frozen=True, kw_only=True):
    """Shares of delivered orders brought back to a store or sent back; refund promised in ``promise_days``."""

    store: Share = 0
    courier: Share = 0
    after_days: Pair = (2, 10)
    inspection_days: Weights = (0, 1)
    refund_days: Weights = (0, 1)
    promise_days: Count = 5


class ContactChannel(Record, frozen=True, kw_only=True):
    name: Word
    share: Positive


class Contacts(Record, frozen=True, kw_only=True):
    """``cost`` of one contact; probabilities that an order, a late parcel… leads to one."""

    cost: Count
    channels: tuple[ContactChannel, ...]
    general: Share = 0
    late_delivery: Share = 0
    late_refund: Share = 0
    wrong_item: Share = 0
    resolve_hours: Pair = (1, 48)
    unresolved: Share = 0


class Surveys(Record, frozen=True, kw_only=True):
    """Answered by ``share``; score 1–5 around ``mean``, less what went wrong."""

    share: Share = 0
    mean: float = 4.5
    spread: Positive = 0.7
    late_delivery: float = 0
    late_refund: float = 0
    wrong_item: float = 0


class Repurchase(Record, frozen=True, kw_only=True):
    """Probability of another order; factors when something went wrong; days until it (least, mean beyond)."""

    occasional: Share
    loyal: Share
    after_return: Share
    gap_days: tuple[Positive, Positive]
    gap_days_after_return: tuple[Positive, Positive]
    late_delivery: Share = 1
    late_refund: Share = 1
    wrong_item: Share = 1


class Dated(Record, frozen=True, kw_only=True):
    """What the company's own people wrote into their calendar. It says what they did, never what went wrong by it."""

    date: datetime.date
    label: Annotated[str, msgspec.Meta(min_length=1, max_length=120)]
    kind: Literal["promotion", "release", "process", "other"] = "other"
    touchpoint: str = ""
    department: str = ""


class Scenario(Record, frozen=True, kw_only=True):
    """A whole company. ``margin`` is the share of the undiscounted price that is left after the goods."""

    name: str
    description: str = ""
    seed: Count
    place: Place
    period: Period
    customers: Customers
    companies: Companies | None = None
    regions: Annotated[tuple[Region, ...], msgspec.Meta(min_length=1)]
    stores: tuple[Store, ...] = ()
    channels: Annotated[tuple[Channel, ...], msgspec.Meta(min_length=1)]
    margin: Share
    price_step: Annotated[int, msgspec.Meta(ge=1)] = 1
    demand: Demand = Demand()
    presale: Presale = Presale()
    trouble: Trouble = Trouble()
    carriers: Annotated[tuple[Carrier, ...], msgspec.Meta(min_length=1)]
    fulfilment: Fulfilment = Fulfilment()
    returns: Returns = Returns()
    contacts: Contacts
    surveys: Surveys = Surveys()
    repurchase: Repurchase
    gates: tuple[Gate, ...] = ()
    faults: tuple[AnyFault, ...] = ()
    calendar: tuple[Dated, ...] = ()

    @property
    def first_day(self) -> datetime.date:
        """The first day whose events are kept: the first of a month."""
        months = self.period.end.year * 12 + self.period.end.month - self.period.months
        return datetime.date(months // 12, months % 12 + 1, 1)


def resized(
    scenario: Scenario, *, customers: int | None = None, months: int | None = None, seed: int | None = None
) -> Scenario:
    """The scenario in another size. Fewer or more ``months`` alone keep the customers per day as they are."""
    period = msgspec.structs.replace(scenario.period, months=months or scenario.period.months)
    longer = msgspec.structs.replace(scenario, period=period, seed=scenario.seed if seed is None else seed)
    count = customers or max(1, round(scenario.customers.count * _days(longer) / _days(scenario)))
    return msgspec.structs.replace(longer, customers=msgspec.structs.replace(scenario.customers, count=count))


def _days(scenario: Scenario) -> int:
    return (scenario.period.end - scenario.first_day).days + 1 + scenario.period.warm_up_days
