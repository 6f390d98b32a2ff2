"""API keys: made, rotated, revoked. A secret is returned once and never kept."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import TypedDict, Unpack

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from recorrido.company.access import Permission, require
from recorrido.company.actions.audit import audit
from recorrido.company.errors import KeyRefused
from recorrido.company.keyring import MARK, RING, hash_of
from recorrido.company.models import ApiKey, Scope, Staff
from recorrido.shared import clock

SHOWN = 8  # characters of the public part, behind the mark
LONGEST_GRACE = timedelta(days=90)
USE_NOTED_EVERY = timedelta(minutes=1)
_KIND = re.compile(r"[a-z][a-z0-9_.]{0,31}")
_COUNTRY = re.compile(r"[A-Z]{2}")


class KeyFields(TypedDict, total=False):
    """How the events of a key that sends them are read; see :class:`ApiKey`."""

    source: str
    channel: str
    user_kind: str
    country: str


@transaction.atomic
def make_api_key(
    *, actor: Staff | None, name: str, scopes: Sequence[str], **fields: Unpack[KeyFields]
) -> tuple[ApiKey, str]:
    """A new key and its secret, to be shown once. ``actor`` None: from the terminal. Raises Forbidden, KeyRefused."""
    _require(actor)
    key = ApiKey(name=name.strip(), scopes=sorted(set(scopes)), **fields)
    _check(key)
    secret = _renew(key)
    key.save()
    told = {"name": key.name, "prefix": key.prefix, "scopes": key.scopes, "source": key.source}
    _written(actor, "key.made", key, {"to": told})
    return key, secret


@transaction.atomic
def rotate_api_key(*, actor: Staff | None, key: ApiKey, grace: timedelta) -> str:
    """Give the key a new secret, to be shown once; the old one works on for ``grace``. Raises Forbidden, KeyRefused."""
    _require(actor)
    key = ApiKey.objects.select_for_update().get(pk=key.pk)
    if key.revoked_at is not None:
        raise KeyRefused(_("This key is revoked. Make a new one."))
    if not timedelta() <= grace <= LONGEST_GRACE:
        raise KeyRefused(_("The old secret can go on working for ninety days at most."))
    key.previous_prefix, key.previous_hash = key.prefix, key.hash
    key.rotated_at = clock.now()
    key.previous_until = key.rotated_at + grace
    secret = _renew(key)
    key.save()
    change = {"from": {"prefix": key.previous_prefix}, "to": {"prefix": key.prefix}}
    _written(actor, "key.rotated", key, change | {"old_works_until": key.previous_until.isoformat()})
    return secret


@transaction.atomic
def revoke_api_key(*, actor: Staff | None, key: ApiKey) -> None:
    """End the key for good, the secret before its last rotation included. Raises Forbidden."""
    _require(actor)
    if ApiKey.objects.filter(pk=key.pk, revoked_at__isnull=True).update(revoked_at=clock.now()):
        _written(actor, "key.revoked", key, {"prefix": key.prefix})


def note_api_key_used(*, key: ApiKey) -> None:
    """Remember that the key was used now, at most once a minute."""
    now = clock.now()
    seldom = Q(last_used_at__isnull=True) | Q(last_used_at__lt=now - USE_NOTED_EVERY)
    ApiKey.objects.filter(seldom, pk=key.pk).update(last_used_at=now)


def _require(actor: Staff | None) -> None:
    if actor is not None:
        require(actor, Permission.MANAGE_KEYS)


def _check(key: ApiKey) -> None:
    if not key.name:
        raise KeyRefused(_("The key has no name: say which program uses it."))
    if not key.scopes or not set(key.scopes) <= set(Scope.values):
        raise KeyRefused(_("Say what the key may do: %s.") % ", ".join(Scope.values))
    if {Scope.INGEST, Scope.WRITE_EVENTS} & set(key.scopes) and not key.source.strip():
        raise KeyRefused(_("A key that sends events needs the name of their source."))
    if not _KIND.fullmatch(key.user_kind):
        raise KeyRefused(_("The kind of identifier is a short lower-case word, such as customer."))
    if key.country and not _COUNTRY.fullmatch(key.country):
        raise KeyRefused(_("The country is two capital letters, such as CL."))


def _renew(key: ApiKey) -> str:
    """A new secret: the public part that lists show, then 190 bits. Letters and digits only: it stands in addresses."""
    key.prefix = MARK + _letters(SHOWN)
    secret = f"{key.prefix}_{_letters(32)}"
    key.hash = hash_of(secret)
    return secret


def _letters(count: int) -> str:
    alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789"
    return "".join(secrets.choice(alphabet) for _ in range(count))


def _written(actor: Staff | None, action: str, key: ApiKey, detail: dict[str, object]) -> None:
    audit(actor=actor, action=action, subject="key", subject_id=key.pk, detail=detail)
    RING.forget()
    transaction.on_commit(RING.forget)  # another thread may have read the keys before the commit
