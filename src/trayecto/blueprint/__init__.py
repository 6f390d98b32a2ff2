"""The blueprint language (``docs/blueprint.md``): a YAML text becomes an immutable ``Blueprint``."""

from trayecto.blueprint.design import (
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
from trayecto.blueprint.errors import BlueprintInvalid, Problem
from trayecto.blueprint.parse import load_blueprint, read_blueprint
from trayecto.blueprint.saying import translate_with

__all__ = [
    "Attribute",
    "Blueprint",
    "BlueprintInvalid",
    "Boundaries",
    "Department",
    "JourneyType",
    "Label",
    "Problem",
    "Promise",
    "Touchpoint",
    "Watch",
    "load_blueprint",
    "read_blueprint",
    "translate_with",
]
