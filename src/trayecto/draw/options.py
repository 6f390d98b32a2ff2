"""What a caller may choose about a journey map."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from trayecto.draw.design import Design, Note
from trayecto.draw.figures import FlowKey
from trayecto.draw.words import words
from trayecto.errors import BadValue, did_you_mean

MarkedFlow = tuple[str, str, str]  # source, target, kind


@dataclass(frozen=True)
class Marks:
    """What a picture says of steps and flows in place of a map's own words and colours.

    ``tones`` and ``figures`` by step: the class that colours it, the text in it; ``says`` by step: its sentences. The same
    of flows by (source, target, kind). ``keys``: the legend's entries as (sign, class, word); ``caption``: below it.
    """

    tones: Mapping[str, str] = field(default_factory=dict)
    figures: Mapping[str, str] = field(default_factory=dict)
    says: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    flow_tones: Mapping[MarkedFlow, str] = field(default_factory=dict)
    flow_says: Mapping[MarkedFlow, tuple[str, ...]] = field(default_factory=dict)
    flow_hrefs: Mapping[MarkedFlow, str] = field(default_factory=dict)
    keys: Sequence[tuple[str, str, str]] = ()
    caption: str = ""
    name: str = ""


MODES = ("frequency", "time", "dropoff")
StepHref = Callable[[str], str | None]
FlowHref = Callable[[str, str], str | None]


@dataclass(frozen=True)
class Options:
    """The arguments of ``journey_map``, checked."""

    design: Design | None = None
    mode: str = "frequency"
    pains: Mapping[str, float] | None = None
    regular: Collection[FlowKey] | None = None
    lost: Mapping[str, float] | None = None
    notes: Sequence[Note] = ()
    title: str = ""
    subtitle: str = ""
    pain_means: str = ""
    step_href: StepHref | None = None
    flow_href: FlowHref | None = None
    lang: str = "es"
    min_journeys: int = 30
    flows_shown: int | None = None
    steps_shown: int = 60
    width: float = 1440.0
    weighted: bool = False
    marks: Marks | None = None
    words: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "words", words(self.lang))
        if self.mode not in MODES:
            raise BadValue(
                f"Unknown mode {self.mode!r}; a map shows {', '.join(MODES)}.{did_you_mean(self.mode, MODES)}"
            )
        if self.flows_shown is not None and self.flows_shown < 0:
            raise BadValue(f"flows_shown is {self.flows_shown}; give 0 or more.")
        if self.steps_shown < 1:
            raise BadValue(f"steps_shown is {self.steps_shown}; give 1 or more.")
