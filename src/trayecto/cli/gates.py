"""``trayecto gates``: what each gate of the blueprint stops and costs, and a verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trayecto.cli import asked, output

if TYPE_CHECKING:
    from trayecto.gates import Gate

HEADINGS = (
    "gate",
    "origin",
    "reached",
    "rejected",
    "gave up",
    "extra contacts",
    "a month",
    "90 %",
    "verdict",
)


def gates(log: asked.Log, where: asked.Where = None, json: asked.Json = False) -> None:
    """Whom each gate stops, what that costs a month, and what to do about it."""
    from trayecto.gates import gates as ask

    found = ask(asked.open_log(log, where))
    if json:
        output.give_json([one.to_dict() for one in found])
        return
    if not found:
        output.note("No journey of this log meets a gate of its blueprint.")
        return
    output.table(HEADINGS, [_row(one) for one in found], texts=(0, 1, 8))
    for one in found:
        output.note(f"{one.step}: {', '.join(one.reasons).replace('_', ' ')}")


def _row(gate: Gate) -> tuple[object, ...]:
    told = gate.to_dict()
    money, contacts = gate.money, told["extra_contacts"]
    return (
        gate.step,
        gate.origin,
        told["reached"],
        told["rejected"],
        told["gave_up"],
        "no comparable" if contacts is None else f"{contacts:,.0f}",
        None if money is None else f"{money.expected:,.0f} {gate.currency}",
        None if money is None else f"{money.low:,.0f} … {money.high:,.0f}",
        gate.verdict,
    )
