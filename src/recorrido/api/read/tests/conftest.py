"""Keys, and a small shop with journeys, for the tests of the read API."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from recorrido.company.actions import make_api_key
from recorrido.company.keyring import RING
from recorrido.company.models import Scope
from recorrido.journeys.tests.conftest import shop, study  # noqa: F401

ALL = tuple(Scope.values)
Ask = Callable[..., HttpResponse]


@pytest.fixture(autouse=True)
def _no_keys_of_other_tests() -> Iterator[None]:
    RING.forget()
    yield
    RING.forget()


class Caller(Client):
    """A program with a key: ``caller.get("/events")`` asks below /api/v1."""

    def __init__(self, secret: str, **defaults: Any) -> None:
        super().__init__(
            raise_request_exception=False, headers={"authorization": f"Bearer {secret}"}, **defaults
        )
        self.secret = secret

    def generic(self, method: str, path: str, *args: Any, **kwargs: Any) -> HttpResponse:
        return super().generic(method, path if path.startswith("/api") else f"/api/v1{path}", *args, **kwargs)

    def send(self, path: str, body: Any, *, word: str = "", method: str = "post") -> HttpResponse:
        headers = {"idempotency-key": word} if word else {}
        return getattr(self, method)(path, data=body, content_type="application/json", headers=headers)


@pytest.fixture
def caller(db) -> Callable[..., Caller]:
    """Make a key with these scopes (all by default) and a program that has it."""

    def make(*scopes: str, name: str = "bi", **fields: str) -> Caller:
        _key, secret = make_api_key(
            actor=None, name=name, scopes=scopes or ALL, **{"source": "crm", "country": "CL"} | fields
        )
        return Caller(secret)

    return make
