"""What undoes a trouble: a change in the words of ``trayecto what-if``, so that a finding costs what its undoing brings."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

from trayecto.attempts.lives import Bools
from trayecto.errors import BadValue, UnknownStep
from trayecto.whatif import Change, FailureRate
from trayecto.whatif.ask import moved_by
from trayecto.whatif.draws import Draws
from trayecto.whatif.failures import failure_rate
from trayecto.whatif.moved import Moved


class Undoing(Protocol):
    """What would undo a trouble."""

    @property
    def said(self) -> Change | None:
        """The change, where its words say all."""

    def moved(self, draws: Draws) -> Moved | None:
        """What it moves; None where the log has too few to compare with."""


@dataclass(frozen=True, eq=False)
class Undo:
    """``meant``: (attempts,) whom alone the change is to reach, where no words say so; None: whomever it names."""

    change: Change
    meant: Bools | None = None

    @property
    def said(self) -> Change | None:
        """The change, where its words say all."""
        return self.change if self.meant is None else None

    def moved(self, draws: Draws) -> Moved | None:
        """What it moves; None where the log has too few to compare with."""
        try:
            if isinstance(self.change, FailureRate) and self.meant is not None:
                return failure_rate(replace(self.change, where={}), draws, self.meant)
            return moved_by(self.change, draws)
        except (BadValue, UnknownStep):
            return None
