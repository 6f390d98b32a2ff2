from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse

from recorrido.company.access import Permission, require
from recorrido.company.models import Staff

View = Callable[..., HttpResponse]


def staff_of(request: HttpRequest) -> Staff:
    """The signed-in member of staff; LoginRequiredMiddleware has seen to it that there is one."""
    assert isinstance(request.user, Staff)
    return request.user


def allowed(permission: Permission) -> Callable[[View], View]:
    """A page for roles that have the permission; others get 403."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            require(staff_of(request), permission)
            return view(request, *args, **kwargs)

        return guarded

    return decorate
