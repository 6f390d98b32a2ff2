"""Names and times as the blueprint in force says them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.utils import timezone
from django.utils.translation import get_language

from recorrido.journeys.errors import NoBlueprint
from recorrido.journeys.queries import blueprint_in_force


def department_names() -> dict[str, str]:
    """Slug → name, of the departments of the blueprint."""
    try:
        blueprint = blueprint_in_force()[1]
    except NoBlueprint:
        return {}
    language = get_language() or "es"
    return {slug: department.label.text(language) for slug, department in blueprint.departments.items()}


@contextmanager
def zone_of_journeys() -> Iterator[None]:
    """Times are shown where the journeys happen."""
    try:
        zone = blueprint_in_force()[1].time_zone
    except NoBlueprint:
        zone = "UTC"
    with timezone.override(zone):
        yield
