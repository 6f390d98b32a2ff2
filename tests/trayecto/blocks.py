"""Hypothesis strategies: designed paths as blocks, nested as one likes."""

from hypothesis import strategies as st
from tests.trayecto.logs import NAMES

from trayecto.conformance.blocks import ANY_ORDER, CHOICE, OPTIONAL, REPEAT, SEQUENCE, Block


def _repeat(part, least, more):
    return Block(REPEAT, (part,), least, None if more is None else max(1, least + more))


def _grown(parts):
    several = st.lists(parts, min_size=1, max_size=3).map(tuple)
    return st.one_of(
        st.builds(Block, st.sampled_from((SEQUENCE, CHOICE, ANY_ORDER)), several),
        st.builds(Block, st.just(OPTIONAL), parts.map(lambda part: (part,))),
        st.builds(_repeat, parts, st.integers(0, 2), st.none() | st.integers(0, 2)),
    )


BLOCKS = st.recursive(st.sampled_from(NAMES), _grown, max_leaves=5)
"""Of the steps a, b, c, d."""
