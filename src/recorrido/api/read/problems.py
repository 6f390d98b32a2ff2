"""Every refusal as problem+json (RFC 9457), whoever refuses: an operation, the framework, or Django before either."""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from io import BytesIO
from typing import Any

from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import translation
from django.utils.translation import gettext as _

PREFIX = "/api/"
MEDIA_TYPE = "application/problem+json"
_log = logging.getLogger(__name__)


class Problem(Exception):
    """A refusal: ``code`` for machines, ``detail`` a translated sentence that says how to mend it.

    ``errors`` point at the fields that are wrong: ``{"in": "query", "name": "limit", "detail": …}``.
    """

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        errors: Sequence[Mapping[str, str]] = (),
        headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.errors = errors
        self.headers = headers or {}
        self.more = more


def response_of(problem: Problem, request: HttpRequest) -> HttpResponse:
    told: dict[str, Any] = {
        "type": f"/api/v1/docs#{problem.code}",
        "title": title_of(problem.status),
        "status": problem.status,
        "code": problem.code,
        "detail": problem.detail,
        "instance": request.path,
        **problem.more,
    }
    if problem.errors:
        told["errors"] = list(problem.errors)
    content = json.dumps(told, ensure_ascii=True)  # ascii: a path may hold what no encoding can
    response = HttpResponse(content, MEDIA_TYPE, problem.status, headers=problem.headers)
    response._has_been_logged = problem.status < 500  # type: ignore[attr-defined]  # a caller's mistakes are not ours
    return response


def title_of(status: int) -> str:
    titles = {
        400: _("The request cannot be read"),
        401: _("A key is missing"),
        403: _("The key may not do this"),
        404: _("There is no such thing"),
        405: _("This cannot be done here"),
        409: _("The same request is running"),
        410: _("This is gone"),
        413: _("The request is too large"),
        415: _("The body is not JSON"),
        422: _("Something in the request is wrong"),
        429: _("Too many requests"),
        500: _("Something failed here"),
        503: _("Not now"),
    }
    return titles.get(status) or (titles[400] if status < 500 else titles[500])


def _standing_in(status: int) -> Problem:
    """The problem for a refusal that Django made before, or around, an operation."""
    found = {
        404: ("not_found", _("There is nothing at this address. The addresses are listed at /api/v1/docs.")),
        405: ("method_not_allowed", _("This address does not take this method; see the header Allow.")),
        413: ("too_large", _("Send less at once: a request has at most 2.5 MB.")),
        500: ("failed", _("This is our fault. It was written down; try again later.")),
        503: ("not_now", _("The service is busy or starting. Try again in a moment.")),
    }
    unreadable = ("bad_request", _("The request cannot be read: check its address and headers."))
    code, detail = found.get(status) or (unreadable if status < 500 else found[500])
    return Problem(status, code, detail)


class ProblemMiddleware:
    """Outermost but one: what leaves below /api/ as an error leaves as a problem. HEAD is GET without its body."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith(PREFIX):
            return self.get_response(request)
        head = request.method == "HEAD"
        if head:
            request.method = "GET"
        response = self.get_response(request)
        if response.status_code >= 400 and not response.get("Content-Type", "").startswith(MEDIA_TYPE):
            response = _translated(response, request)
        if head and not response.streaming:
            response["Content-Length"] = str(len(response.content))
            response.content = b""
        return response


def _translated(response: HttpResponseBase, request: HttpRequest) -> HttpResponse:
    with translation.override(translation.get_language_from_request(request)):
        problem = _standing_in(response.status_code)
        if allow := response.get("Allow"):
            problem.headers = {"Allow": allow}
        return response_of(problem, request)


async def refuse_too_large(scope: MutableMapping[str, Any], send: Callable[[Any], Awaitable[None]]) -> None:
    """ASGI: 413 as a problem, for a body that is refused before Django sees it."""
    request = ASGIRequest(dict(scope), BytesIO())
    with translation.override(translation.get_language_from_request(request)):
        told = response_of(_standing_in(413), request)
    headers = [(b"content-type", MEDIA_TYPE.encode()), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": told.content})
