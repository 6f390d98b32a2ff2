"""``trayecto failure-demand``: where support contacts are born."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trayecto.cli import asked, output

if TYPE_CHECKING:
    from trayecto.demand import Cause
    from trayecto.money import Interval


def failure_demand(log: asked.Log, where: asked.Where = None, json: asked.Json = False) -> None:
    """What share of the support contacts is the echo of which step, and of which department."""
    from trayecto.demand import failure_demand as ask

    result = ask(asked.open_log(log, where))
    if json:
        output.give_json(result.to_dict())
        return
    head = f"{len(result.contacts):,} support contacts, {result.explained:,} explained"
    output.table(
        ("department", "contacts", "share", "90 %"),
        [
            (one.department, one.contacts, one.share.expected, _ends(one.share))
            for one in result.by_department
        ],
        head,
    )
    output.table(
        ("born at", "why", "felt at", "contacts", "share", "90 %", "a month"),
        [
            (
                one.born_at,
                one.kind,
                one.felt_at,
                one.contacts,
                one.share.expected,
                _ends(one.share),
                _money(one),
            )
            for one in result.by_cause
        ],
        texts=(0, 1, 2),
    )


def _ends(share: Interval) -> str:
    return f"{share.low:.1%} … {share.high:.1%}"


def _money(cause: Cause) -> str:
    money = cause.money
    return "–" if money is None else f"{money.low:,.0f} … {money.high:,.0f} {cause.currency}"
