"""The rules of failure demand: which support contacts are the echo of what went wrong at which step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from trayecto.blueprint.design import Echo, Touchpoint
from trayecto.blueprint.fields import Fields
from trayecto.blueprint.journey_types import RESERVED
from trayecto.blueprint.saying import gettext as _
from trayecto.blueprint.touchpoints import duration

WAYS = ("late", "not_sent", "after")


def read_demand(root: Fields, touchpoints: Sequence[Touchpoint]) -> tuple[Echo, ...]:
    """``demand:`` a list of ``{when: {reason: wrong_item}, born_at: order.prepared}``, ``{late: order.delivered}``,
    ``{not_sent: pickup.notified}``, ``{after: delivery.failed, within: 3d}``; the first that fits a contact counts."""
    value = root.raw("demand")
    if value is None:
        return ()
    if not isinstance(value, list):
        message = _("here a list is expected, such as: - {when: {reason: refund}, born_at: refund.paid}")
        root.note("demand", message)
        return ()
    steps = {one.key: one for one in touchpoints}
    parts = (
        Fields(root.document, (*root.path, "demand", str(place)), one) for place, one in enumerate(value, 1)
    )
    return tuple(echo for part in parts if (echo := _echo(part, steps)) is not None)


def _echo(part: Fields, steps: Mapping[str, Touchpoint]) -> Echo | None:
    ways = {way: part.choice(way, steps) for way in WAYS if way in part}
    step = next((one for one in ways.values() if one in steps), next(iter(steps), "") if ways else None)
    echo = Echo(
        *_when(part),
        born_at=part.choice("born_at", steps, step),
        since=part.choice("since", steps) if "since" in part else None,
        within=duration(part, "within"),
        late=ways.get("late"),
        not_sent=ways.get("not_sent"),
        after=ways.get("after"),
    )
    part.close()
    return echo if _is_sound(part, echo, ways, steps) else None


def _when(part: Fields) -> tuple[str | None, tuple[str, ...]]:
    if "when" not in part:
        part.raw("when")
        return None, ()
    when = part.section("when")
    if len(when.value) != 1:
        part.note("when", _("name one property with its values, such as {reason: [refund, where_is_it]}"))
        return None, ()
    (name,) = when.value
    if name in RESERVED:
        message = _("“%(name)s” has a meaning of its own; name a property of the contact")
        part.note("when", message % {"name": name})
        return None, ()
    return name, when.words(name)


def _is_sound(part: Fields, echo: Echo, ways: Mapping[str, str], steps: Mapping[str, Touchpoint]) -> bool:
    if len(ways) > 1:
        part.note("", _("write one of late, not_sent, after; a second one is a rule of its own"))
    elif not ways and echo.property is None:
        part.note("", _("say which contacts are meant: by when, late, not_sent or after"))
    elif echo.late is not None and not _has_promise(steps.get(echo.late)):
        part.note("late", _("this touchpoint promises no time since another one; write its promise first"))
    elif echo.not_sent is not None and not _is_due(echo, steps):
        part.note("not_sent", _("write since and within, or a promise at this touchpoint"))
    elif echo.after is not None and echo.within is None:
        part.note("after", _("write within: how long after it contacts still come, such as 3d"))
    else:
        return True
    return False


def _has_promise(touchpoint: Touchpoint | None) -> bool:
    return touchpoint is None or (touchpoint.promise is not None and touchpoint.promise.since is not None)


def _is_due(echo: Echo, steps: Mapping[str, Touchpoint]) -> bool:
    if echo.since is None and echo.within is None:
        return _has_promise(steps.get(echo.not_sent or ""))
    return echo.since is not None and echo.within is not None
