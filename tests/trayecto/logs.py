"""Hypothesis strategies: small random logs with equal times, repeats, weights and selections."""

import numpy as np
from hypothesis import strategies as st
from tests.trayecto.memory_view import HOUR, MemoryView

NAMES = ("a", "b", "c", "d")


@st.composite
def journeys(draw, longest=8):
    """One journey: one-letter steps, whole hours from the first, many of them equal."""
    steps = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=longest))
    pauses = draw(st.lists(st.integers(0, 3), min_size=len(steps), max_size=len(steps)))
    return tuple(zip(steps, (int(at) * HOUR for at in np.cumsum(pauses)), strict=True))


@st.composite
def views(draw, longest=8, most=6):
    """A log of one to ``most`` journeys, in two batches, some weighted and some filtered."""
    found = tuple(draw(st.lists(journeys(longest), min_size=1, max_size=most)))
    size = len(found)
    weights = draw(st.none() | st.lists(st.integers(1, 5), min_size=size, max_size=size))
    chosen = draw(st.none() | st.lists(st.booleans(), min_size=size, max_size=size))
    return MemoryView(
        found,
        NAMES,
        None if weights is None else np.array(weights, dtype=np.float64),
        None if chosen is None else np.array(chosen, dtype=np.bool_),
    )


def chosen_journeys(view):
    """The selected journeys with their weights, as plain Python."""
    mask = [True] * view.total_journeys if view.selection is None else view.selection
    weights = [1.0] * view.total_journeys if view.weights is None else view.weights
    return [
        (journey, weight) for journey, keep, weight in zip(view.journeys, mask, weights, strict=True) if keep
    ]
