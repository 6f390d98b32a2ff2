"""The API itself: its operations' common ways (key, strict parameters, problems), and how errors become problems."""

from __future__ import annotations

import difflib
import logging
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import DataError, InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI, Router
from ninja.errors import HttpError, ValidationError
from ninja.operation import Operation
from ninja.parser import Parser

from recorrido.api.read.keys import Scoped
from recorrido.api.read.problems import Problem, response_of, title_of
from recorrido.api.read.words import ProblemShape
from recorrido.company.errors import CompanyError
from recorrido.connectors.webhooks.errors import (
    BadEndpoint,
    ForbiddenEndpoint,
    TooManyEndpoints,
    WebhookError,
)
from recorrido.journeys.errors import (
    JourneyNotFound,
    JourneysError,
    LogDamaged,
    LogVersionGone,
    NoBlueprint,
    NoLog,
    UnknownJourneyType,
)
from recorrido.journeys.watch.errors import WatchError
from recorrido.people.errors import PeopleError, UnknownOrganization, UnknownPerson

_log = logging.getLogger(__name__)
REFUSALS = dict.fromkeys((400, 401, 403, 422, 429, 503), ProblemShape)
MISSING = {404: ProblemShape}


class JsonParser(Parser):
    """Strict JSON: UTF-8, no NaN, no lone surrogates, no bottomless nesting."""

    def parse_body(self, request: HttpRequest) -> Any:
        if request.content_type != "application/json":
            raise Problem(415, "not_json", _("Send the body as application/json."))
        try:
            return msgspec.json.decode(request.body)
        except (msgspec.MsgspecError, RecursionError, UnicodeError) as error:
            words = {"why": str(error)[:200]}
            raise Problem(400, "unreadable_json", _("The body is no JSON: %(why)s.") % words) from error


api = NinjaAPI(
    title="Recorrido",
    version="1",
    urls_namespace="api",
    docs_url=None,
    openapi_url=None,
    parser=JsonParser(),
)


def router(tag: str) -> Router:
    """A group of operations, in the API under no prefix of its own."""
    found = Router(tags=[tag])
    api.add_router("", found)
    return found


def operation(
    group: Router,
    method: str,
    path: str,
    *,
    scopes: Sequence[str],
    shape: Any,
    summary: str,
    status: int = 200,
    found_by_name: bool = False,
    free_prefix: str = "",
    extra: dict[str, Any] | None = None,
) -> Callable[[Any], Any]:
    """An operation that asks for a key with these scopes. ``free_prefix``: parameters that begin so are taken unseen."""
    responses: dict[Any, Any] = {status: shape, **REFUSALS, **(MISSING if found_by_name else {})}
    if method == "POST":
        responses |= {409: ProblemShape, 413: ProblemShape, 415: ProblemShape}
    details = {"x-scopes": list(scopes), "x-free-prefix": free_prefix} | (extra or {})
    register = getattr(group, method.lower())
    decorate: Callable[[Any], Any] = register(
        path, auth=Scoped(*scopes), response=responses, summary=summary, openapi_extra=details
    )
    return decorate


def make_strict() -> None:
    """Refuse unknown and repeated parameters: a mistyped filter must not silently count everybody."""
    for bound in api._get_bound_routers():
        for view in bound.path_operations.values():
            for one in view.operations:
                _make_strict(one)


def _make_strict(operation: Operation) -> None:
    single, many = _names_of(operation)
    free = (operation.openapi_extra or {}).get("x-free-prefix", "")
    read = operation._get_values

    def strict(request: HttpRequest, *args: Any) -> Any:
        for name, values in request.GET.lists():
            if name not in single | many and not (free and name.startswith(free)):
                raise _unknown(name, single | many)
            if name in single and len(values) > 1:
                raise _wrong("query", name, _("“%(name)s” may be given once.") % {"name": name})
        return read(request, *args)

    operation._get_values = strict  # type: ignore[method-assign,assignment]


def _names_of(operation: Operation) -> tuple[set[str], set[str]]:
    """The query parameters that may be given once, and those that may be repeated."""
    queries = [model for model in operation.models if model.__ninja_param_source__ == "query"]
    names = {name for model in queries for name in getattr(model, "__ninja_flatten_map__", {})}
    many = {name for model in queries for name in getattr(model, "__ninja_collection_fields__", [])}
    return names - many, many


def _unknown(name: str, known: set[str]) -> Problem:
    near = difflib.get_close_matches(name, known, n=1)
    mend = _(" Did you mean “%(guess)s”?") % {"guess": near[0]} if near else ""
    words = {"name": name[:80], "mend": mend}
    return _wrong("query", name[:80], _("There is no parameter “%(name)s” here.%(mend)s") % words)


def _wrong(place: str, name: str, detail: str) -> Problem:
    return Problem(422, "wrong_value", detail, errors=[{"in": place, "name": name, "detail": detail}])


# What is raised, as a problem


def problem_of(error: Exception) -> Problem:
    for kind, translate in _TRANSLATIONS:
        if isinstance(error, kind):
            return translate(error)
    _log.exception("An operation of the API failed.", exc_info=error)
    return Problem(500, "failed", _("This is our fault. It was written down; try again later."))


def _invalid(error: ValidationError) -> Problem:
    errors = [_pointed(one) for one in error.errors[:20]]
    first = f"{errors[0]['name']}: {errors[0]['detail']}" if errors else title_of(422)
    return Problem(422, "wrong_value", first, errors=errors)


def _pointed(error: dict[str, Any]) -> dict[str, str]:
    place, *rest = (str(one) for one in error["loc"])
    name = ".".join(part for part in rest if part not in ("payload", "asked")) or place
    return {
        "in": place,
        "name": _kept(name),
        "detail": _kept(str(error["msg"]).removeprefix("Value error, ")),
    }


def _kept(text: str) -> str:
    return text[:300].encode("utf-8", "replace").decode()


def _http(error: HttpError) -> Problem:
    if isinstance(error.__cause__, Problem):  # django-ninja takes every failure of the parser for a 400
        return error.__cause__
    return Problem(error.status_code, "bad_request", str(error))


def _journeys(error: JourneysError) -> Problem:
    if isinstance(error, LogVersionGone):
        return Problem(410, error.code, str(error), newest=error.newest)
    if isinstance(error, LogDamaged):
        return Problem(503, error.code, str(error), headers={"Retry-After": "60"})
    missing = isinstance(error, NoBlueprint | NoLog | UnknownJourneyType | JourneyNotFound)
    return Problem(404 if missing else 422, error.code, str(error))


def _webhook(error: WebhookError) -> Problem:
    if isinstance(error, BadEndpoint):
        pointed = {"in": "body", "name": error.field, "detail": str(error)}
        status = 403 if isinstance(error, ForbiddenEndpoint) else 422
        return Problem(status, error.code, str(error), errors=[pointed])
    return Problem(409 if isinstance(error, TooManyEndpoints) else 404, error.code, str(error))


def _unkeepable(error: Exception) -> Problem:
    _log.warning("PostgreSQL did not take a value of the API: %s", error)
    return Problem(
        422, "wrong_value", _("A value holds what no database can keep: a NUL, or a number out of range.")
    )


def _away(error: Exception) -> Problem:
    """The database restarts, is full, or has no room for one more connection: what is asked may be asked again."""
    _log.warning("The database did not answer the API: %s", error)
    return Problem(
        503,
        "not_now",
        _("The service is busy or starting. Try again in a moment."),
        headers={"Retry-After": "5"},
    )


_TRANSLATIONS: tuple[tuple[type[Exception], Callable[[Any], Problem]], ...] = (
    (Problem, lambda error: error),
    (ValidationError, _invalid),
    (HttpError, _http),
    (Http404, lambda error: Problem(404, "not_found", str(error) or title_of(404))),
    (
        RequestDataTooBig,
        lambda error: Problem(413, "too_large", _("Send less at once: a request has at most 2.5 MB.")),
    ),
    (
        SuspiciousOperation,
        lambda error: Problem(400, "bad_request", _("The request cannot be read: check its address.")),
    ),
    (JourneysError, _journeys),
    (UnknownPerson, lambda error: Problem(404, error.code, str(error))),
    (UnknownOrganization, lambda error: Problem(404, error.code, str(error))),
    (WatchError, lambda error: Problem(404, error.code, str(error))),
    (PeopleError, lambda error: Problem(422, error.code, str(error))),
    (WebhookError, _webhook),
    (CompanyError, lambda error: Problem(403, error.code, str(error))),
    (PermissionDenied, lambda error: Problem(403, "forbidden", title_of(403))),
    (DataError, _unkeepable),
    (OperationalError, _away),
    (InterfaceError, _away),
)


@api.exception_handler(Exception)
def _on_error(request: HttpRequest, error: Exception | type[Exception]) -> HttpResponse:
    return response_of(problem_of(error if isinstance(error, Exception) else error()), request)


for _kind in (Http404, HttpError, ValidationError):  # django-ninja's own handlers would come first
    api.add_exception_handler(_kind, _on_error)
