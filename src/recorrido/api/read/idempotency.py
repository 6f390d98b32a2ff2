"""Asked twice, done once: the answer to a request with an Idempotency-Key is written with what the request did."""

from __future__ import annotations

import hashlib
import inspect
import re
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from django.db import OperationalError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from recorrido.api.models import KeptAnswer
from recorrido.api.read.keys import key_of
from recorrido.api.read.problems import Problem
from recorrido.company.models import ApiKey
from recorrido.shared import clock, sql

HEADER = "Idempotency-Key"
LONGEST = 255
_WORD = re.compile(rf"[!-~]{{1,{LONGEST}}}")
KEPT_FOR = timedelta(hours=48)
TRIES = 4
_LOST_RACES = ("40P01", "40001")  # deadlock, serialization

View = Callable[..., HttpResponse]


def idempotent(view: View) -> View:
    """Run an operation in one transaction, once per key and Idempotency-Key. Only what succeeded is kept."""

    @wraps(view)
    def once(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        for _try in range(TRIES - 1):
            try:
                return _once(request, lambda: view(request, *args, **kwargs))
            except OperationalError as error:
                if getattr(error.__cause__, "sqlstate", "") not in _LOST_RACES:
                    raise
        return _once(request, lambda: view(request, *args, **kwargs))

    # django-ninja reads the parameters' types, and would look the words up in this module.
    once.__signature__ = inspect.signature(view, eval_str=True)  # type: ignore[attr-defined]
    return once


@transaction.atomic
def _once(request: HttpRequest, act: Callable[[], HttpResponse]) -> HttpResponse:
    word = request.headers.get(HEADER)
    if word is None:
        return act()
    _check(word)
    key, fingerprint = key_of(request), _fingerprint(request)
    _alone(key, word)
    kept = KeptAnswer.objects.filter(key=key, word=word, created_at__gt=clock.now() - KEPT_FOR).first()
    if kept is not None:
        return _again(kept, fingerprint)
    response = act()
    KeptAnswer.objects.filter(key=key, word=word).delete()  # one whose time is over
    KeptAnswer.objects.create(
        key=key,
        word=word,
        fingerprint=fingerprint,
        status=response.status_code,
        body=response.content.decode(),
    )
    return response


def _check(word: str) -> None:
    if not _WORD.fullmatch(word):
        why = _("The Idempotency-Key has 1 to 255 ASCII characters without spaces, such as a UUID.")
        raise Problem(
            422, "bad_idempotency_key", why, errors=[{"in": "header", "name": HEADER, "detail": why}]
        )


def _alone(key: ApiKey, word: str) -> None:
    """Until the transaction ends, nobody else runs a request with this word; the lock goes with a killed process."""
    ((mine,),) = sql.fetch("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 7003))", f"{key.pk} {word}")
    if not mine:
        why = _("A request with this Idempotency-Key is still running. Ask again in a moment.")
        raise Problem(409, "still_running", why, headers={"Retry-After": "1"})


def _again(kept: KeptAnswer, fingerprint: str) -> HttpResponse:
    if kept.fingerprint != fingerprint:
        why = _("This Idempotency-Key was used for another request. Take a new one for each request.")
        raise Problem(422, "idempotency_key_reused", why)
    response = HttpResponse(kept.body, "application/json", kept.status)
    response["Idempotent-Replayed"] = "true"
    return response


def _fingerprint(request: HttpRequest) -> str:
    told = f"{request.method} {request.get_full_path()}\n".encode() + request.body
    return hashlib.sha256(told).hexdigest()


def forget_old() -> int:
    """Delete answers older than two days; returns how many."""
    deleted, _by_model = KeptAnswer.objects.filter(created_at__lt=clock.now() - KEPT_FOR).delete()
    return deleted
