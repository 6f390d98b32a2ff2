"""What marks a map of two states: the tone, figure and words of each step and flow."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol, TypeVar

from trayecto.draw import text
from trayecto.draw.layout import Subject
from trayecto.draw.options import Marks

Keys = tuple[tuple[str, str, str], ...]


class Told(Protocol):
    """Something that is said of a step, or of a flow from one step to the next."""

    @property
    def steps(self) -> tuple[str, ...]: ...


One = TypeVar("One", bound=Told)


def marks_of(
    told: Iterable[One],
    about: Subject,
    *,
    tone: Callable[[One], str],
    figure: Callable[[One], str],
    says: Callable[[One, str], tuple[str, ...]],
    keys: Keys,
    caption: str,
    name: str,
) -> Marks:
    """``says`` gets what a step or flow is called; ``keys``, ``caption`` and ``name`` stand in the legend and around it."""
    all_told = list(told)
    steps = {one.steps[0]: one for one in all_told if len(one.steps) == 1}
    flows = {(one.steps[0], one.steps[1], ""): one for one in all_told if len(one.steps) == 2}
    called = {item.step: text.clean(item.label) for item in about.steps}
    return Marks(
        tones={step: tone(one) for step, one in steps.items()},
        figures={step: figure(one) for step, one in steps.items()},
        says={step: says(one, called.get(step, step)) for step, one in steps.items()},
        flow_tones={key: tone(one) for key, one in flows.items()},
        flow_says={
            key: says(one, f"{called.get(key[0], key[0])} → {called.get(key[1], key[1])}")
            for key, one in flows.items()
        },
        keys=keys,
        caption=caption,
        name=name,
    )
