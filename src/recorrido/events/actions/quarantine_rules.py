"""Rules that mend refused events: written down, switched on and off."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from recorrido.company.actions import audit
from recorrido.company.models import Staff
from recorrido.events.errors import BadSteps
from recorrido.events.mending import parse_steps
from recorrido.events.models import QuarantineRule, Source
from recorrido.shared import sql

_LOCK = "SELECT pg_advisory_xact_lock(7011)"


def save_rule(
    *,
    actor: Staff,
    rule: QuarantineRule | None,
    name: str,
    source: Source | None,
    code: str,
    type_pattern: str,
    steps: str,
    is_active: bool,
) -> QuarantineRule:
    """Write a rule down, or change it. Raises BadSteps where its steps are not understood or its name is taken."""
    parse_steps(steps)
    rule = rule or QuarantineRule()
    if QuarantineRule.objects.filter(name=name).exclude(id=rule.id).exists():
        raise BadSteps(_("There is a rule of this name; choose another."))
    before = {} if rule.id is None else _facts(rule)
    rule.name, rule.source, rule.code, rule.type_pattern = name, source, code, type_pattern
    rule.steps, rule.is_active = steps, is_active
    with transaction.atomic():
        sql.fetch(_LOCK)  # two changes at once must not share a stamp
        rule.stamp = (QuarantineRule.objects.aggregate(newest=Max("stamp"))["newest"] or 0) + 1
        rule.save()
        audit(
            actor=actor,
            action="quarantine_rule.saved",
            subject="quarantine_rule",
            subject_id=rule.id,
            detail={"from": before, "to": _facts(rule)},
        )
    return rule


def _facts(rule: QuarantineRule) -> dict[str, object]:
    return {
        "name": rule.name,
        "source": rule.source.name if rule.source else "",
        "code": rule.code,
        "type": rule.type_pattern,
        "steps": rule.steps,
        "active": rule.is_active,
    }
