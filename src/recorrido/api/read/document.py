"""The OpenAPI document, in the reader's language, and a page that reads it aloud: no script, nothing from outside."""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from importlib import import_module
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext, gettext_noop
from django.views.decorators.http import require_safe

from recorrido.api.read.answers import answer
from recorrido.api.read.service import api

_ = gettext_noop
DESCRIPTION = _(
    "Persons, events, journeys and the questions of the pages, for programs. Moments are ISO-8601 in UTC; refusals are "
    "problem+json (RFC 9457); lists go on by cursor."
)
SECURITY = {
    "key": {
        "type": "http",
        "scheme": "bearer",
        "description": _("An API key with the scopes of the operation."),
    },
    "basic": {
        "type": "http",
        "scheme": "basic",
        "description": _("The same key as the user, without a password."),
    },
}
_PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemShape"}}}


@require_safe
def openapi(request: HttpRequest) -> HttpResponse:
    return answer(request, document())


def document() -> dict[str, Any]:
    """The document with its summaries and descriptions in the language of the reader."""
    translated: dict[str, Any] = _translated(_written())
    return translated


@cache
def _written() -> dict[str, Any]:
    """The document as django-ninja writes it, mended: problems are problem+json, keys may come in two ways."""
    import_module("recorrido.api.read.urls")  # where the operations enter the API
    found: dict[str, Any] = msgspec.json.decode(
        msgspec.json.encode(_simple(api.get_openapi_schema(path_prefix="api/v1")))
    )
    found["info"]["description"] = DESCRIPTION
    found["servers"] = [{"url": "/"}]
    found["components"]["securitySchemes"] = deepcopy(SECURITY)
    for path, methods in found["paths"].items():
        for method, one in methods.items():
            one["operationId"] = _name_of(method, path)
            _mend(one, method)
    _drop_unused(found)
    return found


def _drop_unused(found: dict[str, Any]) -> None:
    """Schemas that stand for lists of parameters, which the operations name one by one."""
    schemas = found["components"]["schemas"]
    for name in [name for name in schemas if f"#/components/schemas/{name}" not in str(found)]:
        del schemas[name]


def _simple(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _simple(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_simple(item) for item in value]
    return value


def _name_of(method: str, path: str) -> str:
    return "_".join([method, *re.findall(r"\w+", path.removeprefix("/api/v1/"))])


def _mend(one: dict[str, Any], method: str) -> None:
    free = one.pop("x-free-prefix", "")
    one["security"] = [{"key": []}, {"basic": []}]
    for status, response in one["responses"].items():
        if status >= "400":
            response["content"] = deepcopy(_PROBLEM)
        response["description"] = DESCRIPTIONS.get(status, response["description"])
    if method == "get":
        one["responses"]["304"] = {"description": DESCRIPTIONS["304"]}
    for parameter in one["parameters"]:
        parameter["schema"] = _without_null(parameter["schema"])
    if "log" in {parameter["name"] for parameter in one["parameters"]}:
        for status in ("409", "410"):
            one["responses"][status] = {"description": DESCRIPTIONS[status], "content": deepcopy(_PROBLEM)}
    for parameter in one["parameters"]:
        _no_nul(parameter["schema"])
    if free:
        one["description"] = _FREE
    if one.pop("x-idempotent", False):
        one["description"] = _IDEMPOTENT
        one["x-idempotency-key"] = True


_FREE = _(
    "Two more parameters, in languages of their own: segments by name, such as s.region=RM (the choices name them), and "
    "where, an expression of the filter language. Unknown steps, segments and selections answer 404, a badly written "
    "expression 422, values that contradict each other 409."
)
_IDEMPOTENT = _(
    "Takes the header Idempotency-Key (1 to 255 ASCII characters, a new one for each request): asked again with the same "
    "one and the same body within two days, the same answer comes back and nothing happens twice."
)


def _no_nul(schema: dict[str, Any]) -> None:
    """No address can hold a NUL character."""
    schema = schema.get("items", schema)
    if schema.get("type") == "string" and not {"pattern", "enum", "format"} & schema.keys():
        schema["pattern"] = "^[^\\x00]*$"


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """An address has no null: what is not given is not there."""
    kinds = [one for one in schema.get("anyOf", ()) if one.get("type") != "null"]
    return schema | kinds[0] | {"anyOf": kinds} if len(kinds) > 1 else (kinds[0] if kinds else schema)


DESCRIPTIONS = {
    "200": _("The answer."),
    "201": _("It was made."),
    "204": _("It was done."),
    "304": _("You have this answer already (If-None-Match)."),
    "400": _("The body, the address or the cursor cannot be read."),
    "401": _("No key, or one that is unknown or revoked."),
    "403": _("The key lacks a scope."),
    "404": _("There is no such thing."),
    "409": _("Values that contradict each other, or a request with this Idempotency-Key that still runs."),
    "410": _("The log version is gone; “newest” names the present one."),
    "413": _("More than 2.5 MB at once."),
    "415": _("The body is not application/json."),
    "422": _("A value is wrong; “errors” say which and why."),
    "429": _("The key asked too often; see Retry-After."),
    "503": _("The database is away for a moment; see Retry-After."),
}


def _translated(value: Any, key: str = "") -> Any:
    if isinstance(value, dict):
        return {name: _translated(item, name) for name, item in value.items()}
    if isinstance(value, list):
        return [_translated(item) for item in value]
    if isinstance(value, str) and value and key in ("summary", "description"):
        return gettext(value)
    return value


# The page


@dataclass(frozen=True)
class Parameter:
    name: str
    place: str
    kind: str
    required: bool
    description: str


@dataclass(frozen=True)
class Described:
    """One operation as the page shows it."""

    anchor: str
    method: str
    path: str
    summary: str
    description: str
    scopes: list[str]
    parameters: list[Parameter]
    body: str
    answer: str
    statuses: list[tuple[str, str]]


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The document for people."""
    told = document()
    groups: dict[str, list[Described]] = {}
    for tag, one in _described(told):
        groups.setdefault(tag, []).append(one)
    context = {"groups": groups, "description": told["info"]["description"], "statuses": _statuses(told)}
    response = render(request, "api/docs.html", context)
    response["ETag"] = f'"{blake2b(response.content, digest_size=12).hexdigest()}"'
    return response


def _described(told: dict[str, Any]) -> Iterator[tuple[str, Described]]:
    schemas = told["components"]["schemas"]
    for path, methods in told["paths"].items():
        for method, one in methods.items():
            yield one["tags"][0], _operation(path, method, one, schemas)


def _operation(path: str, method: str, one: dict[str, Any], schemas: dict[str, Any]) -> Described:
    content = one.get("requestBody", {}).get("content", {}).get("application/json")
    good = next(status for status in one["responses"] if status < "300")
    answered = one["responses"][good].get("content", {}).get("application/json")
    return Described(
        anchor=one["operationId"],
        method=method.upper(),
        path=path,
        summary=one["summary"],
        description=one.get("description", ""),
        scopes=one["x-scopes"],
        parameters=[_parameter(parameter, schemas) for parameter in one["parameters"]],
        body=_outline(content["schema"], schemas) if content else "",
        answer=_outline(answered["schema"], schemas) if answered else "",
        statuses=[(status, response["description"]) for status, response in one["responses"].items()],
    )


def _parameter(told: dict[str, Any], schemas: dict[str, Any]) -> Parameter:
    kind = _outline(told["schema"], schemas)
    return Parameter(told["name"], told["in"], kind, told["required"], told.get("description", ""))


def _statuses(told: dict[str, Any]) -> list[tuple[str, str]]:
    return [(status, gettext(words)) for status, words in DESCRIPTIONS.items()]


def _outline(
    schema: dict[str, Any], schemas: dict[str, Any], indent: str = "", seen: tuple[str, ...] = ()
) -> str:
    """A schema as indented text: enough to write a request by, and to know what comes back."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return "…" if name in seen else _outline(schemas[name], schemas, indent, (*seen, name))
    if "anyOf" in schema:
        kinds = [_outline(one, schemas, indent, seen) for one in schema["anyOf"]]
        return " | ".join(dict.fromkeys(kinds))
    if "enum" in schema:
        return " | ".join(str(one) for one in schema["enum"])
    if schema.get("type") == "array":
        return f"[{_outline(schema.get('items', {}), schemas, indent, seen)}]"
    if "properties" in schema:
        inner = indent + "  "
        lines = [
            f"{inner}{name}: {_outline(one, schemas, inner, seen)}"
            for name, one in schema["properties"].items()
        ]
        return "{\n" + "\n".join(lines) + f"\n{indent}}}"
    return str(schema.get("format") or schema.get("type") or "…")
