"""``contact_split``: all contact by purpose – advice, which is wanted, and support, which is questioned – and what each costs.

A contact is an event of a touchpoint whose nature is *advice* or *support*; the blueprint says which is which, so an inbound question
about a size is advice. Direction, whether it was planned, phase and owner are the touchpoint's, the channel the event's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from trayecto.blueprint import Blueprint, Touchpoint
from trayecto.demand.costs import MONTH, Prices, prices_of
from trayecto.designed import blueprint_of
from trayecto.errors import BadValue
from trayecto.log.journeylog import JourneyLog
from trayecto.money import Interval, Line, exactly
from trayecto.questions import contacts as question
from trayecto.units import to_microseconds
from trayecto.values import Amount

PURPOSES = ("advice", "support")


@dataclass(frozen=True)
class Purpose:
    """``share`` of all contacts; ``cost`` a month of those whose cost somebody says (``priced`` of the contacts)."""

    purpose: str
    contacts: int
    journeys: int
    share: Interval
    cost: Interval | None
    priced: int

    def to_dict(self) -> dict[str, Any]:
        return {
            "purpose": self.purpose,
            "contacts": self.contacts,
            "journeys": self.journeys,
            "share": self.share.to_dict(),
            "cost": self.cost.to_dict() if self.cost else None,
            "priced": self.priced,
        }


@dataclass(frozen=True)
class Contact:
    """The contacts at a touchpoint through a channel. ``line``: what they cost a month, None where nobody says."""

    touchpoint: Touchpoint
    channel: str
    contacts: int
    journeys: int
    share: Interval
    line: Line | None

    def to_dict(self) -> dict[str, Any]:
        one = self.touchpoint
        return {
            "step": one.key,
            "purpose": one.nature,
            "direction": one.direction,
            "planned": one.planned,
            "channel": self.channel or None,
            "phase": one.phase,
            "department": one.owner,
            "contacts": self.contacts,
            "journeys": self.journeys,
            "share": self.share.to_dict(),
            "cost": self.line.total.to_dict() if self.line else None,
        }


@dataclass(frozen=True)
class Split:
    """``months``: the length of the log's time; counts are of all of it, costs of one month."""

    contacts: int
    months: float
    currency: str
    purposes: Sequence[Purpose]
    rows: Sequence[Contact]

    def to_dict(self) -> dict[str, Any]:
        return {
            "contacts": self.contacts,
            "months": round(self.months, 3),
            "currency": self.currency,
            "per": "month",
            "by_purpose": [one.to_dict() for one in self.purposes],
            "rows": [one.to_dict() for one in self.rows],
        }


def contact_split(log: JourneyLog) -> Split:
    """All contact of a log that a blueprint built; raises BadValue where the blueprint knows no contact."""
    blueprint, _ = blueprint_of(log)
    groups = {
        purpose: [one.key for one in blueprint.measured if one.nature == purpose] for purpose in PURPOSES
    }
    if not any(groups.values()):
        raise BadValue(
            "The blueprint has no touchpoint of nature 'advice' or 'support': give them their nature."
        )
    found = question.ask(log, groups)
    months, prices = _months(log), prices_of(log, blueprint)
    rows = [_row(one, blueprint, prices, months) for one in found.rows]
    purposes = [_purpose(one, rows) for one in found.groups]
    return Split(found.contacts, months, prices.currency, purposes, rows)


def _months(log: JourneyLog) -> float:
    first = log.attributes["started"].to_numpy().astype("datetime64[us]").astype("int64").min()
    return max(1 / 31, float(to_microseconds(log.as_of) - first) / MONTH)


def _row(one: question.ContactFigures, blueprint: Blueprint, prices: Prices, months: float) -> Contact:
    step, channel = one.step or "", one.channel or ""
    each = _each(blueprint.by_key[step], channel, prices)
    counted = one.contacts if one.weighted_contacts is None else one.weighted_contacts
    line = Line(f"{step} {channel}".strip(), exactly(counted / months), each) if each else None
    share = Interval(one.share_low, one.share, one.share_high)
    return Contact(blueprint.by_key[step], channel, one.contacts, one.journeys, share, line)


def _each(touchpoint: Touchpoint, channel: str, prices: Prices) -> Amount | None:
    """Advice costs what the blueprint says of its touchpoint: a page that is looked at is no contact of the desk."""
    if touchpoint.nature == "support":
        return prices.of(touchpoint.key, channel or None)
    return prices.designed(touchpoint.key)


def _purpose(one: question.ContactFigures, rows: Sequence[Contact]) -> Purpose:
    mine = [row for row in rows if row.touchpoint.nature == one.group]
    lines = [row.line.total for row in mine if row.line]
    cost = Interval(*(sum(getattr(line, end) for line in lines) for end in ("low", "expected", "high")))
    return Purpose(
        one.group,
        one.contacts,
        one.journeys,
        Interval(one.share_low, one.share, one.share_high),
        cost if lines else None,
        sum(row.contacts for row in mine if row.line),
    )
