"""Pictures of journeys as SVG: the journey map, funnels and variants, in one theme, light and dark."""

from trayecto.draw.alignments import alignments
from trayecto.draw.comparison import comparison
from trayecto.draw.design import Column, Design, DesignStep, Lane, Note
from trayecto.draw.figures import PAIN_BREAKS
from trayecto.draw.funnel import funnel
from trayecto.draw.markup import Svg
from trayecto.draw.objects import object_map
from trayecto.draw.path import PathStep, path
from trayecto.draw.picture import describe, journey_map
from trayecto.draw.sankey import sankey
from trayecto.draw.supposed import supposed
from trayecto.draw.theme import STYLESHEET
from trayecto.draw.variants import variants
from trayecto.draw.words import share

__all__ = [
    "PAIN_BREAKS",
    "STYLESHEET",
    "Column",
    "Design",
    "DesignStep",
    "Lane",
    "Note",
    "PathStep",
    "Svg",
    "alignments",
    "comparison",
    "describe",
    "funnel",
    "journey_map",
    "object_map",
    "path",
    "sankey",
    "share",
    "supposed",
    "variants",
]
