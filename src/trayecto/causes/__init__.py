"""Which earlier attributes go with a bad outcome once what else differs is taken into account."""

from trayecto.causes.features import Feature, bands, coded, words
from trayecto.causes.find import Cause, CausesResult, find_causes
from trayecto.causes.singles import Single, single_causes

__all__ = [
    "Cause",
    "CausesResult",
    "Feature",
    "Single",
    "bands",
    "coded",
    "find_causes",
    "single_causes",
    "words",
]
