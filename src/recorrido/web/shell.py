"""What every page needs: the top bar, the reader's language and theme."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from django.conf import settings
from django.core.exceptions import BadRequest
from django.db import OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from recorrido.company.models import Staff, Theme
from recorrido.web.navigation import areas_for, links_for

HEALTHY = "/healthy"
THEME_COOKIE = "recorrido_theme"


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor of ``base.html``."""
    staff = request.user if isinstance(request.user, Staff) else None
    return {
        "nav_areas": areas_for(staff, request.path) if staff else [],
        "nav_links": links_for(staff, request.path) if staff else [],
        "theme": theme_of(request),
        "themes": Theme.choices,
        "languages": settings.LANGUAGES,
    }


def healthy() -> HttpResponse:
    """200 when the database answers, 503 when it does not."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except OperationalError:
        return HttpResponse("The database does not answer.\n", status=503, content_type="text/plain")
    return HttpResponse("ok\n", content_type="text/plain")


def theme_of(request: HttpRequest) -> str:
    """The member of staff's choice, else the browser's cookie, else as the device."""
    chosen = getattr(request.user, "theme", None) or request.COOKIES.get(THEME_COOKIE, "")
    return chosen if chosen in Theme.values else Theme.SYSTEM


class HealthMiddleware:
    """Answers those who watch the service before anything asks by which name they call it: a load balancer calls by
    number, and without encryption."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        asks = request.path == HEALTHY and request.method in ("GET", "HEAD")
        return healthy() if asks else self.get_response(request)


class KeepableAddressMiddleware:
    """An address with a NUL character answers 400: asked for it, PostgreSQL fails where nobody expects it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\x00" in request.path or "\x00" in unquote(request.META.get("QUERY_STRING", "")):
            raise BadRequest("The address holds a NUL character.")
        return self.get_response(request)


class StaffLanguageMiddleware:
    """A member of staff's own choice of language goes before the browser's."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = getattr(request.user, "language", "")
        if language:
            translation.activate(language)
            request.LANGUAGE_CODE = language
        return self.get_response(request)
