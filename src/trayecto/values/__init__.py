"""What things are worth (``docs/values.md``): a YAML text becomes an immutable ``Values``."""

from trayecto.values.model import Amount, Values
from trayecto.values.parse import BadValues, load_values, read_values
from trayecto.values.text import to_text

__all__ = ["Amount", "BadValues", "Values", "load_values", "read_values", "to_text"]
