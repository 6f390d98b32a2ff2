"""The regular path and the ways off it (``docs/regular-path.md``)."""

from trayecto.regular.ask import Regular, regular
from trayecto.regular.branches import Branch, Difference
from trayecto.regular.standing import Standing

__all__ = ["Branch", "Difference", "Regular", "Standing", "regular"]
