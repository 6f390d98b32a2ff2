"""``trayecto regular``: how many journeys keep to the regular path, and every way off it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trayecto.cli import asked, output

if TYPE_CHECKING:
    from trayecto.causes import Cause
    from trayecto.regular import Branch, Difference

HEADINGS = (
    "off the path by",
    "kind",
    "journeys",
    "share",
    "left first here",
    "goal",
    "hours more",
    "contacts more",
    "score",
)


def regular(log: asked.Log, where: asked.Where = None, json: asked.Json = False) -> None:
    """The share of regular journeys, each branch off their path, and what tells those who leave apart."""
    from trayecto.regular import regular as ask

    found = ask(asked.open_log(log, where))
    if json:
        output.give_json(found.to_dict())
        return
    ends = f"{found.share.low:.1%} … {found.share.high:.1%}"
    title = (
        f"{found.regular:,} of {found.decided:,} decided journeys are regular: {found.share.expected:.1%} "
        f"({ends}); the target is {found.target:.0%}"
    )
    output.table(HEADINGS, [_row(one) for one in found.branches], title, texts=(0, 1))
    for group in found.apart.groups:
        output.note(_sentence(group))


def _row(one: Branch) -> tuple[object, ...]:
    told = one.differences
    return (
        one.name,
        one.kind,
        one.journeys,
        one.share.expected,
        one.first,
        one.reached.expected,
        *(_more(told.get(name)) for name in ("hours", "contacts", "score")),
    )


def _more(one: Difference | None) -> str | None:
    if one is None or one.mean is None:
        return None
    if one.more is None:
        return "no comparable"
    return f"{one.more.expected:+.2f} ({one.more.low:+.2f} … {one.more.high:+.2f})"


def _sentence(group: Cause) -> str:
    who = " and ".join(f"{name} = {value}" for name, value in group.conditions)
    if group.effect is None or group.verdict != "cause":
        return f"{who}: looks so, but is not once the rest is held constant."
    return f"{who}: {group.effect:+.1%} leave the path ({group.low:+.1%} … {group.high:+.1%}), {group.rows:,} journeys."
