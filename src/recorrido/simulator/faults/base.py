"""What all faults share."""

from __future__ import annotations

import datetime
from typing import Annotated

import msgspec
import numpy as np

Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Positive = Annotated[float, msgspec.Meta(gt=0)]
Count = Annotated[int, msgspec.Meta(ge=0)]
Word = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]*$")]


class Fault(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind"):
    """Something the company does wrong. ``since``: the first day on which it does (absent: always)."""

    key: Word
    name: str
    owner: Word
    since: datetime.date | None = None

    def has_begun(self, wall: np.ndarray) -> np.ndarray:
        """bool per moment (wall seconds)."""
        if self.since is None:
            return np.ones(len(wall), dtype=bool)
        return wall >= (self.since - datetime.date(1970, 1, 1)).days * 86_400
