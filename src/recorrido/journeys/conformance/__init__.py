"""The design beside the real journeys: deviations (a stored analysis) and what must be reconciled."""

from recorrido.journeys.conformance.deviating import KIND, Row, Sheet, sheet_of
from recorrido.journeys.conformance.pictures import Designed, designed
from recorrido.journeys.conformance.reconciling import Reconciliation, reconciliation

__all__ = ["KIND", "Designed", "Reconciliation", "Row", "Sheet", "designed", "reconciliation", "sheet_of"]
