"""Gates: whom they stop, what they cost, and whether they are worth it (``docs/gates.md``)."""

from trayecto.gates.ask import Gate, gate_of, gates
from trayecto.gates.options import OPTIONS, Option
from trayecto.gates.visits import OUTCOMES, Visits, gates_of, visits_of

__all__ = ["OPTIONS", "OUTCOMES", "Gate", "Option", "Visits", "gate_of", "gates", "gates_of", "visits_of"]
