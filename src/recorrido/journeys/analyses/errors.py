"""What can go wrong with stored analyses.

AnalysesError (a JourneysError)
└── UnknownKind    nothing is registered by this name
"""

from __future__ import annotations

from recorrido.journeys.errors import JourneysError


class AnalysesError(JourneysError):
    code = "analyses"


class UnknownKind(AnalysesError):
    code = "unknown_analysis"
