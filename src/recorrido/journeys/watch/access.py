"""Who may see incidents, and who may deal with them."""

from __future__ import annotations

from recorrido.company.access import Permission, may, require
from recorrido.company.models import Staff
from recorrido.journeys.watch.models import Incident
from recorrido.journeys.watch.queries import find_incident


def incident_for(actor: Staff, incident_id: int) -> Incident:
    """An incident for a member of staff. Raises Forbidden, UnknownIncident."""
    require(actor, Permission.SEE_JOURNEYS)
    return find_incident(incident_id)


def may_handle(actor: Staff) -> bool:
    """Whether pages offer to acknowledge and close."""
    return may(actor, Permission.HANDLE_INCIDENTS)


def may_tune(actor: Staff) -> bool:
    """Whether pages offer to change what is watched."""
    return may(actor, Permission.EDIT_BLUEPRINT)
