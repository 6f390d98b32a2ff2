"""How much each step matters to what a journey is for, and where it goes badly for most: the weakest link."""

from trayecto.drivers.ask import Drivers, drivers

__all__ = ["Drivers", "drivers"]
