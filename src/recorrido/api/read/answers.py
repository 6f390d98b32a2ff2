"""An answer as JSON: moments in UTC, numbers that are none as null, with an ETag."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from hashlib import blake2b
from math import isfinite
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.translation import get_language

from recorrido.journeys.queries import Figure, Filters, Selection

NOT_SHOWN = frozenset({"svg", "filters"})
_encode = msgspec.json.Encoder().encode


def answer(request: HttpRequest, data: Any, *, status: int = 200) -> HttpResponse:
    """JSON; a reader who has the same already gets 304."""
    content = _encode(data)
    response = HttpResponse(content, "application/json", status)
    if request.method == "GET" and status == 200:
        return _conditional(request, response, etag_of(content))
    return response


def unchanged(request: HttpRequest, *identity: str) -> HttpResponse | None:
    """304 before anything is counted, where the answer can only be the one the reader has (same log, same question)."""
    etag = etag_of("\n".join((*identity, request.get_full_path(), get_language() or "")).encode())
    request.known_etag = etag  # type: ignore[attr-defined]
    if _has(request, etag):
        return _marked(HttpResponseNotModified(), etag)
    return None


def etag_of(content: bytes) -> str:
    return f'W/"{blake2b(content, digest_size=12).hexdigest()}"'


def _conditional(request: HttpRequest, response: HttpResponse, etag: str) -> HttpResponse:
    etag = getattr(request, "known_etag", etag)
    return _marked(HttpResponseNotModified() if _has(request, etag) else response, etag)


def _has(request: HttpRequest, etag: str) -> bool:
    known = [one.strip() for one in request.headers.get("If-None-Match", "").split(",")]
    return etag in known or etag.removeprefix("W/") in known


def _marked(response: HttpResponse, etag: str) -> HttpResponse:
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"  # ask again each time; the ETag makes it cheap
    return response


def utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)


def plain(value: Any) -> Any:
    """A result of the queries as JSON knows it. A figure carries the selection that lists what it counted."""
    if isinstance(value, Figure):
        return {"count": value.count, "weighted": value.weighted, "selection": value.selection.encode()}
    if isinstance(value, Selection | Filters):
        return value.encode() if isinstance(value, Selection) else [list(pair) for pair in value.pairs()]
    if is_dataclass(value) and not isinstance(value, type):
        return {
            one.name: plain(getattr(value, one.name)) for one in fields(value) if one.name not in NOT_SHOWN
        }
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    return _atom(value)


def _atom(value: Any) -> Any:
    if isinstance(value, datetime):
        return utc(value)
    if isinstance(value, bool | int | str | date) or value is None:
        return value
    if hasattr(value, "item"):  # a NumPy number
        return _atom(value.item())
    if isinstance(value, float):
        return value if isfinite(value) else None
    return str(value)
