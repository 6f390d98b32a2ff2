"""The designed path as a process owner writes it: a tree of blocks over touchpoints, in the order of the file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from trayecto.conformance import paths

SEQUENCE, CHOICE, OPTIONAL, REPEAT, ANY_ORDER = "sequence", "choice", "optional", "repeat", "any_order"
MOST_IN_ANY_ORDER = 6


@dataclass(frozen=True, slots=True)
class Block:
    """``kind`` is one of the words above; ``optional`` and ``repeat`` have one part. ``most`` None: as often as one likes."""

    kind: str
    parts: tuple[Part, ...]
    least: int = 0
    most: int | None = None


Part = Block | str  # a text is a touchpoint


def steps_of(part: Part) -> Iterator[str]:
    """The touchpoints of a block, as they are written, repetitions too."""
    if isinstance(part, str):
        yield part
    else:
        for one in part.parts:
            yield from steps_of(one)


def path_of(part: Part, names: Mapping[str, str]) -> paths.Path:
    """The sequences a block allows. ``names``: touchpoint → step; one that stands not there is not looked for."""
    if isinstance(part, str):
        return paths.step(names[part]) if part in names else paths.DONE
    inner = [path_of(one, names) for one in part.parts]
    match part.kind:
        case "choice":
            return paths.choice(*inner)
        case "optional":
            return paths.optional(inner[0])
        case "repeat":
            return paths.repeat(inner[0], part.least, part.most)
        case "any_order":
            return paths.any_order(*inner)
    return paths.sequence(*inner)


def written(part: Part) -> Any:
    """A path as plain values: what stands under ``path:`` in a blueprint."""
    if isinstance(part, str):
        return part
    parts = [written(one) for one in part.parts]
    if part.kind == SEQUENCE:
        return parts
    if part.kind != REPEAT:
        return {part.kind: parts if part.kind in (CHOICE, ANY_ORDER) else parts[0]}
    bounds = {"least": part.least or None, "most": part.most}
    return {REPEAT: parts[0]} | {name: value for name, value in bounds.items() if value is not None}
