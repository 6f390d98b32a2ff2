"""Events of all sources in the order in which they happened, without holding them all as objects."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from recorrido.simulator.emit.blocks import Block, Row

WINDOW = 2 * 86_400  # seconds turned into objects at a time: about 15,000 events of the demo


def in_time_order(blocks: Sequence[Block]) -> Iterator[tuple[str, Row]]:
    """(source, row) of every event; equal times keep the order of the blocks, so runs are alike to the byte."""
    filled = [block for block in blocks if len(block)]
    if not filled:
        return
    first = min(int(block.at[0]) for block in filled)
    last = max(int(block.at[-1]) for block in filled)
    for start in range(first, last + 1, WINDOW):
        yield from _window(filled, start, start + WINDOW)


def _window(blocks: Sequence[Block], start: int, end: int) -> Iterator[tuple[str, Row]]:
    rows: list[tuple[str, Row]] = []
    moments: list[np.ndarray] = []
    for block in blocks:
        first, last = np.searchsorted(block.at, (start, end)).tolist()
        if last > first:
            rows.extend((block.source, row) for row in block.rows(first, last))
            moments.append(block.at[first:last])
    if not moments:
        return
    for index in np.argsort(np.concatenate(moments), kind="stable").tolist():
        yield rows[index]
