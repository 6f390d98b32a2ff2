"""``trayecto contacts``, ``advice`` and ``profit``: what contact is for, which advice saves support, who leaves how much."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from trayecto.cli import asked, output

if TYPE_CHECKING:
    from trayecto.money import Interval
    from trayecto.profit import Profit


def contacts(log: asked.Log, where: asked.Where = None, json: asked.Json = False) -> None:
    """All contact by purpose: advice, which is wanted, and support, which is questioned."""
    from trayecto.demand import contact_split

    split = contact_split(asked.open_log(log, where))
    if json:
        output.give_json(split.to_dict())
        return
    heads = ("purpose", "contacts", "share", "90 %", f"{split.currency} a month")
    rows = [
        (one.purpose, one.contacts, one.share.expected, _shares(one.share), _span(one.cost))
        for one in split.purposes
    ]
    output.table(heads, rows, f"{split.contacts:,} contacts in {split.months:.1f} months")
    output.table(
        ("touchpoint", "purpose", "direction", "planned", "channel", "owner", "contacts", "share", "a month"),
        [
            (
                row.touchpoint.key, row.touchpoint.nature, row.touchpoint.direction, row.touchpoint.planned, row.channel or None,
                row.touchpoint.owner, row.contacts, row.share.expected, _span(row.line.total if row.line else None),
            )
            for row in split.rows
        ],
        texts=(0, 1, 2, 3, 4, 5),
    )  # fmt: skip


def advice(log: asked.Log, where: asked.Where = None, json: asked.Json = False) -> None:
    """Which advice, had it been sent, precedes fewer support contacts."""
    from trayecto.demand import advice_effects

    found = advice_effects(asked.open_log(log, where))
    if json:
        output.give_json({"advice": [one.to_dict() for one in found]})
        return
    output.table(
        ("advice", "owner", "got it", "did not", "comparable", "verdict", "contacts a month", f"{found[0].currency if found else ''} a month"),
        [
            (one.step, one.department, one.given, one.missed, one.compared, one.verdict, _span(one.contacts),
             _span(one.line.total if one.line else None))
            for one in found
        ],
        "Had it been sent to all",
        texts=(0, 1, 5),
    )  # fmt: skip


def profit(
    log: asked.Log,
    where: asked.Where = None,
    by: Annotated[
        list[str] | None, typer.Option("--by", help="person, or a journey attribute; may be repeated.")
    ] = None,
    top: Annotated[int, typer.Option(min=1, help="How many of the most and of the least profitable.")] = 10,
    json: asked.Json = False,
) -> None:
    """Who leaves most and least: margin less what contacts, returns and delays cost."""
    from trayecto.profit import profit as ask

    found = ask(asked.open_log(log, where), by or (), top=top)
    if json:
        output.give_json(found.to_dict())
        return
    for one in found.dimensions:
        rows = [("most", *_told(row)) for row in one.most] + [("least", *_told(row)) for row in one.least]
        head = (
            f"By {one.by}: {one.groups:,} groups, {one.losing:,} leave less than nothing ({found.currency})"
        )
        output.table(("", one.by, "orders", "left", "arithmetic"), rows, head, texts=(0, 1, 4))


def _told(row: Profit) -> tuple[str, int, str, str]:
    lines = " ".join(
        f"{line.what} {line.quantity.expected:,.0f} × {line.each.expected:,.4g}" for line in row.lines
    )
    return row.name, row.orders, _span(row.total), lines


def _shares(share: Interval) -> str:
    return f"{share.low:.1%} … {share.high:.1%}"


def _span(money: Interval | None) -> str:
    return "–" if money is None else f"{money.expected:,.0f} ({money.low:,.0f} … {money.high:,.0f})"
