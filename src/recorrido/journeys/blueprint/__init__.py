"""The blueprint language (``docs/blueprint.md``): a YAML text becomes an immutable ``Blueprint``."""

from recorrido.journeys.blueprint.design import (
    Attribute,
    Blueprint,
    Boundaries,
    Department,
    JourneyType,
    Label,
    Promise,
    Touchpoint,
    Watch,
)
from recorrido.journeys.blueprint.parse import (
    find_blueprint,
    load_blueprint,
    read_blueprint,
    shipped_blueprints,
)

__all__ = [
    "Attribute",
    "Blueprint",
    "Boundaries",
    "Department",
    "JourneyType",
    "Label",
    "Promise",
    "Touchpoint",
    "Watch",
    "find_blueprint",
    "load_blueprint",
    "read_blueprint",
    "shipped_blueprints",
]
