"""Who asks: a key, as Bearer or as the user of Basic; what it may do; how much of it."""

from __future__ import annotations

import base64
import binascii
from datetime import timedelta

from django.http import HttpRequest
from django.utils.translation import gettext as _

from recorrido.api.read.allowances import seconds_to_wait
from recorrido.api.read.problems import Problem
from recorrido.company.actions import note_api_key_used
from recorrido.company.models import ApiKey
from recorrido.company.queries import find_api_key
from recorrido.shared import clock

CHALLENGE = {"WWW-Authenticate": 'Bearer realm="Recorrido", Basic realm="Recorrido"'}


class Scoped:
    """Lets a key in that has all of these scopes. What django-ninja calls before an operation."""

    def __init__(self, *scopes: str) -> None:
        self.scopes = scopes

    def __call__(self, request: HttpRequest) -> ApiKey:
        key = _key_of(request)
        wait = seconds_to_wait(key)
        if wait is not None:
            words = {"seconds": wait}
            why = _("This key asked too often. Wait %(seconds)d seconds.") % words
            raise Problem(429, "too_many_requests", why, headers={"Retry-After": str(wait)})
        require(key, *self.scopes)
        _note(key)
        return key


def require(key: ApiKey, *scopes: str) -> None:
    """Raises Problem 403 with the scopes the key lacks."""
    if lacking := [scope for scope in scopes if not key.allows(scope)]:
        why = _("The key “%(key)s” lacks the scope %(scopes)s. Make one that has it.")
        words = {"key": key.name, "scopes": ", ".join(lacking)}
        raise Problem(403, "scope_missing", why % words, scopes=lacking)


def key_of(request: HttpRequest) -> ApiKey:
    """The key that was let in."""
    key: ApiKey = request.auth  # type: ignore[attr-defined]
    return key


def _key_of(request: HttpRequest) -> ApiKey:
    secret = _secret(request.headers.get("Authorization", ""))
    key = find_api_key(secret) if secret else None
    if key is None:
        why = _("Send a key: the header “Authorization: Bearer rck_…”.") if not secret else ""
        detail = why or _("This key is unknown, revoked, or over its time of grace.")
        raise Problem(401, "no_key" if not secret else "unknown_key", detail, headers=CHALLENGE)
    return key


def _secret(header: str) -> str:
    scheme, _space, rest = header.partition(" ")
    if scheme.lower() == "bearer":
        return rest.strip()
    if scheme.lower() != "basic":
        return ""
    try:
        user, _colon, password = base64.b64decode(rest, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return ""
    return user or password


def _note(key: ApiKey) -> None:
    """That it was used, about once a minute: the key in memory may be a few seconds old."""
    if key.last_used_at is None or clock.now() - key.last_used_at > timedelta(minutes=1):
        note_api_key_used(key=key)
        key.last_used_at = clock.now()
