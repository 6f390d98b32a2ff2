"""/api/v1/: every operation, the document, the page that reads it aloud. Keys are checked by the operations."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.urls import URLPattern, URLResolver, path

from recorrido.api.read import (
    document,
    events,
    health,
    incidents,
    journeys,
    organizations,
    persons,
    questions,
    webhooks,
)
from recorrido.api.read.service import api, make_strict

GROUPS = (persons, organizations, events, journeys, questions, incidents, webhooks, health)


def _open(patterns: list[URLPattern | URLResolver]) -> list[URLPattern | URLResolver]:
    """Sessions mean nothing here, so nobody is sent to the sign-in page."""
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            pattern.callback = login_not_required(pattern.callback)  # type: ignore[method-assign]
    return patterns


_patterns, _app, _namespace = api.urls
make_strict()

app_name = _app
urlpatterns = [
    path("openapi.json", login_not_required(document.openapi), name="openapi"),
    path("docs", login_not_required(document.page), name="docs"),
    *[one for one in _open(_patterns) if getattr(one, "name", "") != "api-root"],
]
