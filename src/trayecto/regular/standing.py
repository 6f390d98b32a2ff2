"""How every journey stands: begun, reached, open, regular – one mask each, by the rules of ``docs/measures.md``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow.compute as pc

from trayecto import filters
from trayecto.blueprint import Blueprint, JourneyType
from trayecto.designed import blueprint_of, limits_of
from trayecto.flat import NEVER, Bools, Flat, Ints
from trayecto.log.journeylog import JourneyLog


@dataclass(frozen=True, eq=False)
class Standing:
    """(rows,) masks over all rows of the log. Rows that are not selected are in none of them."""

    log: JourneyLog
    blueprint: Blueprint
    journey_type: JourneyType
    flat: Flat

    @classmethod
    def of(cls, log: JourneyLog) -> Standing:
        """The log must have been built by a blueprint; raises BadValue."""
        return cls(log, *blueprint_of(log), Flat.of(log))

    @cached_property
    def chosen(self) -> Bools:
        return np.ones(self.flat.rows, np.bool_) if self.log.chosen is None else self.log.chosen

    @cached_property
    def goal(self) -> Sequence[str]:
        return [step for step in self.journey_type.goal if step in self.log.stored.code_of]

    @cached_property
    def anchors(self) -> Sequence[str]:
        cut = self.journey_type.boundaries
        return [step for step in (cut.anchor if cut else ()) if step in self.log.stored.code_of]

    @cached_property
    def off_path(self) -> Sequence[str]:
        """The steps off the regular path that ever happen."""
        off = self.blueprint.off_path(self.journey_type)
        return [step for step in off if step in self.log.stored.code_of]

    @cached_property
    def begins(self) -> Ints:
        """(rows,) the moment of the first anchor, else of the first step; NEVER for journeys that have not begun."""
        if self.anchors:
            return self.flat.first(self.anchors)
        return self.flat.times[np.minimum(self.flat.offsets[:-1], max(0, len(self.flat.times) - 1))]

    @cached_property
    def leaves(self) -> Ints:
        """(rows,) the moment of the first step off the regular path, or NEVER."""
        return self.flat.first(self.off_path)

    @cached_property
    def arrives(self) -> Ints:
        """(rows,) the moment of the goal, or NEVER."""
        return self.flat.first(self.goal)

    @cached_property
    def begun(self) -> Bools:
        return self.chosen & (self.begins < NEVER)

    @cached_property
    def open(self) -> Bools:
        if not self.goal:
            return self.begun
        limits = limits_of(self.log, self.blueprint, self.journey_type)
        return self.begun & filters.open_(self.goal, limits).mask(self.log)

    @cached_property
    def decided(self) -> Bools:
        return self.begun & ~self.open

    @cached_property
    def regular(self) -> Bools:
        return self.begun & (self.arrives < NEVER) & (self.leaves == NEVER)

    @cached_property
    def person(self) -> Ints:
        """(rows,) a number for each person; a journey of nobody known is a person of its own."""
        names = pc.dictionary_encode(self.log.attributes["person"]).combine_chunks()
        codes = names.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
        return np.where(codes >= 0, codes, len(names.dictionary) + np.arange(len(codes)))
