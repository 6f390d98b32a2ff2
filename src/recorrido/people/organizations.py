"""Organizations and their contacts, as events tell of them, inside the transaction that records the events.

An event that touches an object of kind ``organization`` (or ``company``) and names somebody makes that person a contact;
what a ``group`` call says of the organization becomes its attributes, and a tax id among them an identifier.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec

from recorrido.people.errors import BlockedIdentifier, UnreadableIdentifier
from recorrido.people.kinds import Key, kind_named
from recorrido.people.rules import Rules, current
from recorrido.shared import sql

OBJECT_KINDS = frozenset({"organization", "company"})
NAME_KEYS = ("name", "company_name", "razon_social")
TAX_KEYS = {
    "tax_id": "tax_id",
    "taxId": "tax_id",
    **{key: key for key in ("rut", "cnpj", "nif", "nit", "ruc", "rfc", "cuit")},
}
MAX_ROLE = 120
MAX_KEY = 64
MAX_ATTRIBUTES = 200
ORGANIZATIONS_SEQUENCE = "people_organization_id_seq"

_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class ToldOrganization:
    """What one message says of an organization: ``leaf`` is the person it names, ``traits`` facts about the company."""

    key: Key
    source: str
    country: str
    message: str
    at: datetime
    leaf: int | None = None
    role: str = ""
    traits: Mapping[str, Any] = field(default_factory=dict)


def tell_organizations(*, told: Sequence[ToldOrganization]) -> None:
    """Make the organizations known, with their attributes, tax ids and contacts; telling it again changes nothing."""
    if not told:
        return
    ids = _organization_ids(told)
    _tell_attributes(told, ids)
    _tell_tax_ids(told, ids)
    _tell_contacts(told, ids)


def _organization_ids(told: Iterable[ToldOrganization]) -> dict[Key, int]:
    first = {one.key: one.source for one in reversed(list(told))}
    known = _find(first)
    missing = sorted(first.keys() - known.keys())  # sorted: two writers wait for each other in one order
    if missing:
        made = sql.allot(ORGANIZATIONS_SEQUENCE, len(missing))
        won = sql.fetch(
            _CLAIM,
            list(made),
            [kind for kind, _ in missing],
            [value for _, value in missing],
            [first[key] for key in missing],
        )
        # The keys of tables are checked at the commit: first who it is, then the row.
        sql.execute(_INSERT_ORGANIZATIONS, [id_ for (id_,) in won])
        known |= _find(missing)
    return known


def _find(keys: Iterable[Key]) -> dict[Key, int]:
    wanted = list(keys)
    rows = sql.fetch(_FIND, [kind for kind, _ in wanted], [value for _, value in wanted])
    return {(kind, value): id_ for kind, value, id_ in rows}


def _tell_attributes(told: Iterable[ToldOrganization], ids: Mapping[Key, int]) -> None:
    newest: dict[tuple[int, str], tuple[datetime, str]] = {}
    for one in told:
        for key, value in list(one.traits.items())[:MAX_ATTRIBUTES]:
            place = (ids[one.key], str(key)[:MAX_KEY])
            fact = (one.at, _encode(value).decode())
            if place not in newest or newest[place] < fact:
                newest[place] = fact
    if not newest:
        return
    rows = sorted((organization, key, value, at) for (organization, key), (at, value) in newest.items())
    sql.execute(
        _TELL,
        [organization for organization, _, _, _ in rows],
        [key for _, key, _, _ in rows],
        [value for _, _, value, _ in rows],
        [at for _, _, _, at in rows],
    )
    sql.execute(_RENAME, sorted({organization for organization, _, _, _ in rows}), list(NAME_KEYS))


def _tell_tax_ids(told: Iterable[ToldOrganization], ids: Mapping[Key, int]) -> None:
    rules = current()
    found = {
        (key, ids[one.key]): one.source
        for one in told
        for name, value in one.traits.items()
        if name in TAX_KEYS and (key := _tax_id(rules, TAX_KEYS[name], value, one.country))
    }
    if rows := sorted(found):
        sql.execute(
            _INSERT_TAX_IDS,
            [organization for _, organization in rows],
            [kind for (kind, _), _ in rows],
            [value for (_, value), _ in rows],
            [found[row] for row in rows],
        )


def _tax_id(rules: Rules, kind: str, value: object, country: str) -> Key | None:
    """A tax id that passes its check; any other stays an attribute."""
    try:
        key = rules.read(kind, str(value), country)
    except (UnreadableIdentifier, BlockedIdentifier):
        return None
    return key if key is not None and kind_named(key[0]).official else None


def _tell_contacts(told: Iterable[ToldOrganization], ids: Mapping[Key, int]) -> None:
    contacts: dict[tuple[int, int], list[ToldOrganization]] = {}
    for one in told:
        if one.leaf is not None:
            contacts.setdefault((ids[one.key], one.leaf), []).append(one)
    if not contacts:
        return
    rows = sorted(contacts)
    spans = [sorted(contacts[row], key=lambda one: one.at) for row in rows]
    roles = [next((one.role for one in reversed(span) if one.role), "") for span in spans]
    sql.execute(
        _INSERT_CONTACTS,
        [organization for organization, _ in rows],
        [leaf for _, leaf in rows],
        [role[:MAX_ROLE] for role in roles],
        [span[0].source for span in spans],
        [span[0].message for span in spans],
        [span[0].at for span in spans],
        [span[-1].at for span in spans],
    )


_FIND = """
    SELECT wanted.kind, wanted.value, known.organization_id
    FROM unnest(%s::text[], %s::text[]) AS wanted (kind, value)
    JOIN people_organizationidentifier known ON known.kind = wanted.kind AND known.value = wanted.value
"""
_CLAIM = """
    INSERT INTO people_organizationidentifier (organization_id, kind, value, source)
    SELECT * FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[])
    ON CONFLICT (kind, value) DO NOTHING RETURNING organization_id
"""
_INSERT_ORGANIZATIONS = "INSERT INTO people_organization (id) SELECT * FROM unnest(%s::bigint[])"
_TELL = """
    INSERT INTO people_organizationattribute AS known (organization_id, key, value, at)
    SELECT * FROM unnest(%s::bigint[], %s::text[], %s::text[]::jsonb[], %s::timestamptz[])
    ON CONFLICT (organization_id, key) DO UPDATE SET value = excluded.value, at = excluded.at
    WHERE (known.at, known.value::text) < (excluded.at, excluded.value::text)
"""
_RENAME = """
    UPDATE people_organization o SET name = left(told.name, 200)
    FROM (SELECT DISTINCT ON (organization_id) organization_id, value #>> '{}' AS name
          FROM people_organizationattribute WHERE organization_id = ANY(%s::bigint[]) AND key = ANY(%s::text[])
          ORDER BY organization_id, at DESC, key) told
    WHERE o.id = told.organization_id AND o.name <> left(told.name, 200)
"""
_INSERT_TAX_IDS = """
    INSERT INTO people_organizationidentifier (organization_id, kind, value, source)
    SELECT * FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[])
    ON CONFLICT (kind, value) DO NOTHING
"""
# A row is written again only where it says something new, or was last told a day before.
_INSERT_CONTACTS = """
    INSERT INTO people_contact AS known (organization_id, identifier_id, role, source, message, since, told_at)
    SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::text[], %s::uuid[], %s::timestamptz[],
                         %s::timestamptz[])
    ON CONFLICT (organization_id, identifier_id) DO UPDATE SET
        since = least(known.since, excluded.since),
        told_at = greatest(known.told_at, excluded.told_at),
        role = CASE WHEN excluded.role = '' OR excluded.told_at < known.told_at AND known.role <> '' THEN known.role
                    ELSE excluded.role END,
        until = CASE WHEN excluded.told_at > known.until THEN NULL ELSE known.until END
    WHERE excluded.since < known.since
       OR excluded.told_at > known.told_at + interval '1 day'
       OR excluded.role <> '' AND excluded.role <> known.role
       OR excluded.told_at > known.until
"""
