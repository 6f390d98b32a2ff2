"""A part of a log that lies on a store: its number of rows is known, its arrays are fetched by whoever counts it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trayecto.batch import Batch
from trayecto.log.home import Ticket
from trayecto.stores import never


@dataclass(frozen=True, eq=False)
class Away:
    """A batch to be: sent anywhere it is a ticket; ``fetch`` makes it, from files that this machine then keeps."""

    ticket: Ticket
    reopen: Callable[[Ticket, Callable[[], None]], Batch]

    @property
    def engine(self) -> str:
        return self.ticket.engine

    @property
    def key(self) -> str:
        return self.ticket.key

    @property
    def first(self) -> int:
        return self.ticket.first

    @property
    def journeys(self) -> int:
        return self.ticket.high - self.ticket.low

    @property
    def events(self) -> int:
        return self.ticket.events

    @property
    def n_steps(self) -> int:
        return self.ticket.n_steps

    @property
    def selected(self) -> NDArray[np.bool_] | None:
        return self.ticket.selected

    def __str__(self) -> str:
        return self.ticket.folder

    def fetch(self, check: Callable[[], None] = never) -> Batch:
        """The batch itself; ``check`` is asked between two requests and may raise. Raises NoStore."""
        return self.reopen(self.ticket, check)
