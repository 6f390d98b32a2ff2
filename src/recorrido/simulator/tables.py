"""The events of a run as one flat table, as an analyst has them once it is known who is who."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from recorrido.people.components import Components
from recorrido.simulator.emit.blocks import Block

OWN = ("id", "event", "at", "channel", "source", "person")
SECOND = 1_000_000


def flat(blocks: Sequence[Block]) -> Iterator[dict[str, Any]]:
    """Per block the columns of its events: id, event, at (microseconds), channel, source, person, an id per kind of
    object (``order_id``), and each property and each attribute of the person by its own name.

    ``person``: whom the identifiers of all events join, as exact matching does it; missing where nobody was named.
    """
    persons = _Persons(blocks)
    for block in blocks:
        if len(block):
            yield _own(block) | {"person": persons.of(block)} | _facts(block)


def _own(block: Block) -> dict[str, Any]:
    return {
        "id": [f"{block.type}:{number}" for number in block.number.tolist()],
        "event": np.full(len(block), block.type),
        "at": block.at.astype(np.int64) * SECOND,
        "channel": np.full(len(block), block.channel) if isinstance(block.channel, str) else _or_none(block),
        "source": np.full(len(block), block.source),
    }


def _or_none(block: Block) -> Any:
    return [None] * len(block) if block.channel is None else block.channel


def _facts(block: Block) -> dict[str, Any]:
    objects = {f"{kind}_id": values for kind, values in block.objects}
    told = {**block.attributes, **block.properties}
    return objects | {(f"event_{name}" if name in OWN else name): values for name, values in told.items()}


class _Persons:
    """Numbers persons by the first of their identifiers."""

    def __init__(self, blocks: Sequence[Block]) -> None:
        self._codes: dict[tuple[str, str], int] = {}
        self._components = Components()
        for block in blocks:
            for codes in self._rows(block):
                for one, other in pairwise(codes):
                    self._components.join(one, other)

    def of(self, block: Block) -> list[str | None]:
        find = self._components.find
        return [f"P{find(codes[0])}" if codes else None for codes in self._rows(block)]

    def _rows(self, block: Block) -> Iterator[list[int]]:
        columns = [[(kind, value) for value in values.tolist()] for kind, values in block.identifiers]
        known = self._codes
        for row in zip(*columns, strict=True) if columns else [()] * len(block):
            yield [known.setdefault(key, len(known)) for key in row if key[1] is not None]
