"""Who may see journeys, and who may shape them. Every page begins with one of these."""

from __future__ import annotations

from recorrido.company.access import Permission, may, require
from recorrido.company.models import Staff
from recorrido.journeys.queries import Study, open_study


def study_for(actor: Staff, journey_type: str = "", version: str = "") -> Study:
    """The log of a journey type for a member of staff. Raises Forbidden, and what ``queries.open_study`` raises."""
    require(actor, Permission.SEE_JOURNEYS)
    return open_study(journey_type, version)


def may_see_people(actor: Staff) -> bool:
    """Whether lists may name persons and lead to their timelines."""
    return may(actor, Permission.SEE_PEOPLE)


def require_people(actor: Staff) -> None:
    """For lists of journeys and single journeys: raises Forbidden."""
    require(actor, Permission.SEE_PEOPLE)


def may_export(actor: Staff) -> bool:
    """Whether pages offer their lists as files."""
    return may(actor, Permission.EXPORT)


def require_export(actor: Staff) -> None:
    """For lists as CSV: raises Forbidden."""
    require(actor, Permission.EXPORT)


def require_design(actor: Staff) -> None:
    """For installing a blueprint and asking for a build: raises Forbidden."""
    require(actor, Permission.EDIT_BLUEPRINT)


def may_edit_values(actor: Staff) -> bool:
    """Whether pages offer to change what things are worth."""
    return may(actor, Permission.EDIT_VALUES)


def require_values(actor: Staff) -> None:
    """For changing what things are worth: raises Forbidden."""
    require(actor, Permission.EDIT_VALUES)
