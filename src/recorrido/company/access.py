"""Who may do what: one table of permissions by role."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from recorrido.company.errors import Forbidden
from recorrido.company.models import Role, Staff


class Permission(StrEnum):
    SEE_JOURNEYS = "see_journeys"  # maps, variants, funnels: figures about many people
    SEE_PEOPLE = "see_people"  # one person's timeline and identifiers
    RESOLVE_PEOPLE = "resolve_people"  # who is one person and who is not: merge, unmerge, verify
    RULE_PEOPLE = "rule_people"  # limits by kind of identifier, blocked values
    EXPORT = "export"  # lists as files
    EDIT_BLUEPRINT = "edit_blueprint"
    EDIT_VALUES = "edit_values"  # what an order leaves, what a contact costs
    HANDLE_FINDINGS = "handle_findings"  # accept, dismiss and dispute them, ask for them anew
    NAME_CHANGES = "name_changes"  # keep what was asked in What if under a name, for all
    IMPORT_EVENTS = "import_events"
    MANAGE_STAFF = "manage_staff"  # also departments and stores
    SEE_AUDIT = "see_audit"
    MANAGE_MAIL = "manage_mail"  # what goes out by e-mail: see it, try again, test the server
    MANAGE_KEYS = "manage_keys"  # what programs sign in with
    MANAGE_WEBHOOKS = "manage_webhooks"  # who outside is told what happens here
    SEE_DATA = "see_data"  # how the data is doing: health, quarantine, event types, consumers
    HANDLE_INCIDENTS = "handle_incidents"  # acknowledge and close them, say what was a false alarm
    MANAGE_DATA = "manage_data"  # mend, discard, schemas, remappings, retention, bookmarks


_ANALYSIS = frozenset({Permission.SEE_JOURNEYS, Permission.SEE_PEOPLE, Permission.EXPORT})

GRANTS: Mapping[str, frozenset[Permission]] = {
    Role.ADMIN: frozenset(Permission),
    Role.CX_LEAD: _ANALYSIS
    | {Permission.EDIT_BLUEPRINT, Permission.IMPORT_EVENTS, Permission.SEE_AUDIT, Permission.RESOLVE_PEOPLE}
    | {Permission.SEE_DATA, Permission.MANAGE_DATA, Permission.HANDLE_INCIDENTS}
    | {Permission.EDIT_VALUES, Permission.HANDLE_FINDINGS, Permission.NAME_CHANGES},
    Role.ANALYST: _ANALYSIS
    | {Permission.IMPORT_EVENTS, Permission.SEE_DATA, Permission.HANDLE_INCIDENTS}
    | {Permission.HANDLE_FINDINGS, Permission.NAME_CHANGES},
    Role.DEPARTMENT_HEAD: _ANALYSIS
    | {Permission.HANDLE_INCIDENTS, Permission.HANDLE_FINDINGS, Permission.NAME_CHANGES},
    Role.AGENT: frozenset({Permission.SEE_JOURNEYS, Permission.SEE_PEOPLE, Permission.RESOLVE_PEOPLE}),
    Role.STORE: frozenset({Permission.SEE_JOURNEYS, Permission.SEE_PEOPLE}),
}


def may(actor: Staff, permission: Permission) -> bool:
    """Whether the actor's role grants the permission; an inactive member of staff has none."""
    return actor.is_active and permission in GRANTS.get(actor.role, frozenset())


def require(actor: Staff, permission: Permission) -> None:
    """Raise Forbidden unless the actor may."""
    if not may(actor, permission):
        raise Forbidden()
