"""How an import tells how far it is. The command draws a bar; tests and tasks listen to nothing."""

from __future__ import annotations


class Progress:
    """Silent; subclass to show something."""

    def stage(self, title: str, total: int | None) -> None:
        """A new stage begins; ``total`` steps, or None where that is unknown."""

    def advance(self, steps: int) -> None:
        """So many more steps of this stage are done."""
