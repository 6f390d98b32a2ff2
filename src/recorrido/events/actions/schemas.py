"""Schemas of event types: versions written down, put in force, taken out of force."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from recorrido.company.actions import audit
from recorrido.company.models import Staff
from recorrido.events.door import MAX_TYPE
from recorrido.events.errors import BadSchema
from recorrido.events.models import EventSchema, EventType, Policy
from recorrido.events.queries.types import IN_FORCE
from recorrido.events.schemas import compile_schema, parse_schema
from recorrido.events.schemas_in_force import look_again
from recorrido.shared import clock


@dataclass(frozen=True)
class Imported:
    """What a file of schemas brought: new versions, and types whose newest version says the same already."""

    added: int
    known: int


def add_schema(
    *, actor: Staff | None, type_name: str, text: str, policy: str, remark: str = ""
) -> EventSchema:
    """Write down the next version of a type's schema; it is not in force yet. Raises BadSchema."""
    compile_schema(text)
    if policy not in Policy.values:
        raise BadSchema(_("A schema notes what it does not allow, or refuses it: write note or refuse."))
    with transaction.atomic():
        type_ = _type(type_name)
        EventType.objects.select_for_update().get(id=type_.id)  # versions of one type take turns
        newest = EventSchema.objects.filter(type=type_).aggregate(newest=Max("version"))["newest"] or 0
        schema = EventSchema.objects.create(
            type=type_, version=newest + 1, text=text, policy=policy, remark=remark.strip(), staff=actor
        )
        _audit(actor, "schema.added", schema, {"to": _facts(schema)})
    return schema


def put_in_force(*, actor: Staff | None, schema: EventSchema, policy: str) -> None:
    """Have the door check with this version from now on (within two seconds in every process). Raises BadSchema."""
    if policy not in Policy.values:
        raise BadSchema(_("A schema notes what it does not allow, or refuses it: write note or refuse."))
    with transaction.atomic():
        EventType.objects.select_for_update().get(id=schema.type_id)
        before = EventSchema.objects.filter(IN_FORCE, type_id=schema.type_id).first()
        if before is not None and before.id != schema.id:
            EventSchema.objects.filter(id=before.id).update(retired_at=clock.now())
        EventSchema.objects.filter(id=schema.id).update(
            active_since=clock.now(), retired_at=None, policy=policy
        )
        schema.refresh_from_db()
        detail = {"from": _facts(before) if before else None, "to": _facts(schema)}
        _audit(actor, "schema.put_in_force", schema, detail)
        transaction.on_commit(look_again)


def take_out_of_force(*, actor: Staff | None, schema: EventSchema) -> None:
    """Have the door check this type no more."""
    with transaction.atomic():
        EventSchema.objects.filter(IN_FORCE, id=schema.id).update(retired_at=clock.now())
        _audit(actor, "schema.taken_out_of_force", schema, {"from": _facts(schema)})
        transaction.on_commit(look_again)


def import_schemas(*, actor: Staff | None, text: str) -> Imported:
    """Take in a file that ``queries.schemas_as_json`` wrote; nothing comes into force. All of it or none. Raises BadSchema."""
    added = known = 0
    with transaction.atomic():
        for number, entry in enumerate(_entries(text), 1):
            try:
                fields = _fields(entry)
                if _says_the_same(fields["type_name"], fields["text"]):
                    known += 1
                    continue
                add_schema(actor=actor, **fields)
            except BadSchema as error:
                raise BadSchema(_("Entry %(number)s: %(why)s") % {"number": number, "why": error}) from None
            added += 1
    return Imported(added, known)


def _entries(text: str) -> list[Any]:
    try:
        entries = json.loads(text)["schemas"]
    except (ValueError, RecursionError, KeyError, TypeError):
        entries = None
    if not isinstance(entries, list):
        raise BadSchema(_('The file is no list of schemas: it begins {"schemas": [ … ]}.'))
    return entries


def _fields(entry: Any) -> dict[str, str]:
    if not isinstance(entry, dict) or "schema" not in entry or not isinstance(entry.get("type"), str):
        raise BadSchema(_("It needs a type and a schema."))
    return {
        "type_name": entry["type"],
        "text": json.dumps(entry["schema"], ensure_ascii=False, indent=2),
        "policy": str(entry.get("policy", Policy.NOTE)),
        "remark": str(entry.get("remark", "")),
    }


def _says_the_same(type_name: str, text: str) -> bool:
    newest = EventSchema.objects.filter(type__name=type_name).order_by("-version").first()
    return newest is not None and parse_schema(newest.text) == parse_schema(text)


def _type(name: str) -> EventType:
    if not name.strip() or len(name) > MAX_TYPE or not name.isprintable():
        raise BadSchema(_("An event type is a word of at most %(most)s characters.") % {"most": MAX_TYPE})
    return EventType.objects.get_or_create(name=name.strip())[0]


def _facts(schema: EventSchema) -> dict[str, object]:
    return {"type": schema.type.name, "version": schema.version, "policy": schema.policy}


def _audit(actor: Staff | None, action: str, schema: EventSchema, detail: dict[str, Any]) -> None:
    audit(actor=actor, action=action, subject="event_schema", subject_id=schema.id, detail=detail)
