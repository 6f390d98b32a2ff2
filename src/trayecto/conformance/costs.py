"""What it costs to insert a step that was not designed, or to skip one that was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Costs:
    """What a step costs when it is inserted or skipped; 1 where none is named. All positive."""

    inserted: Mapping[str, float] = field(default_factory=dict)
    skipped: Mapping[str, float] = field(default_factory=dict)


UNIT = Costs()
