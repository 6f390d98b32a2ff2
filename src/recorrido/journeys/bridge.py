"""A blueprint in trayecto's words: boundaries, attributes, order of steps."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings

import trayecto
from recorrido.journeys.blueprint import Attribute, Blueprint, JourneyType


def log_folder(journey_type: str) -> Path:
    """Where the log of a journey type lives."""
    return Path(settings.RECORRIDO_DATA) / "logs" / journey_type


def boundaries(journey_type: JourneyType) -> trayecto.Boundaries | None:
    cut = journey_type.boundaries
    if cut is None:
        return None
    return trayecto.Boundaries(
        starts=cut.starts,
        ends=cut.ends,
        gap=cut.gap,
        anchor=cut.anchor,
        opening=cut.opening,
        before=cut.before,
        close=cut.close,
        after=cut.after,
    )


def attributes(journey_type: JourneyType) -> dict[str, Any]:
    """What ``trayecto.build`` makes of the exported columns."""
    return {attribute.name: _aggregate(attribute) for attribute in journey_type.attributes}


def _aggregate(attribute: Attribute) -> Any:
    take = {"last": trayecto.last, "total": trayecto.total, "count": trayecto.count}.get(
        attribute.take, trayecto.first
    )
    return take(column_name(attribute))


def column_name(attribute: Attribute) -> str:
    """The event column an attribute is taken from; never the name of a standard column."""
    return f"a_{attribute.name}"


def step_order(blueprint: Blueprint) -> list[str]:
    """Touchpoints in the order that dates without a time of day are sorted by."""
    return [touchpoint.key for touchpoint in blueprint.measured]
