"""What support contacts say themselves of where their trouble was born."""

from __future__ import annotations

from collections.abc import Collection

from trayecto.blueprint.design import Echo
from trayecto.blueprint.fields import Fields
from trayecto.blueprint.journey_types import RESERVED
from trayecto.blueprint.saying import gettext as _


def read_demand(root: Fields, steps: Collection[str]) -> tuple[Echo, ...]:
    """``demand:`` a list of ``{when: {reason: wrong_item}, born_at: order.prepared}``; the first that fits counts."""
    value = root.raw("demand")
    if value is None:
        return ()
    if not isinstance(value, list):
        message = _("here a list is expected, such as: - {when: {reason: refund}, born_at: refund.paid}")
        root.note("demand", message)
        return ()
    parts = (
        Fields(root.document, (*root.path, "demand", str(place)), one) for place, one in enumerate(value, 1)
    )
    return tuple(echo for part in parts if (echo := _echo(part, steps)) is not None)


def _echo(part: Fields, steps: Collection[str]) -> Echo | None:
    born_at, when = part.choice("born_at", steps), part.section("when")
    part.close()
    if len(when.value) != 1:
        part.note("when", _("name one property with its values, such as {reason: [refund, where_is_it]}"))
        return None
    (name,) = when.value
    if name in RESERVED:
        part.note(
            "when", _("“%(name)s” has a meaning of its own; name a property of the contact") % {"name": name}
        )
        return None
    return Echo(name, when.words(name), born_at)
