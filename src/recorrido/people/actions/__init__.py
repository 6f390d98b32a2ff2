"""The only writes to persons, identifiers, links and attributes."""

from __future__ import annotations

from recorrido.people.actions.contacts import end_contact
from recorrido.people.actions.decisions import (
    Separation,
    accept_link,
    merge_persons,
    refuse_link,
    unmerge,
    unmerge_link,
)
from recorrido.people.actions.identifiers import (
    end_identifier,
    resume_identifier,
    verify_identifier,
    withdraw_verification,
)
from recorrido.people.actions.proposals import (
    NewProposal,
    decide_proposal,
    propose_links,
    withdraw_proposals,
)
from recorrido.people.actions.ruling import allow_value, block_value, reset_rule, set_rule, withdraw_value
from recorrido.people.attributes import forget_attributes, tell_attributes
from recorrido.people.introductions import introduce_many, introduce_persons
from recorrido.people.organizations import tell_organizations
from recorrido.people.resolution import resolve_identifiers

__all__ = [
    "NewProposal",
    "Separation",
    "accept_link",
    "allow_value",
    "block_value",
    "decide_proposal",
    "end_contact",
    "end_identifier",
    "forget_attributes",
    "introduce_many",
    "introduce_persons",
    "merge_persons",
    "propose_links",
    "refuse_link",
    "reset_rule",
    "resolve_identifiers",
    "resume_identifier",
    "set_rule",
    "tell_attributes",
    "tell_organizations",
    "unmerge",
    "unmerge_link",
    "verify_identifier",
    "withdraw_proposals",
    "withdraw_value",
    "withdraw_verification",
]
