"""Chromium through Playwright, against the real application and a real PostgreSQL."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest

from conftest import PASSWORD

# Playwright's synchronous interface runs an event loop in this thread; Django would take us for asynchronous code.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


HARMLESS = ("status of 4", "htmx:sendAbort", "htmx:afterRequest")


def pytest_collection_modifyitems(items) -> None:
    for item in items:
        if "browser" in item.path.parts:
            item.add_marker("browser")


@pytest.fixture
def address(live_server) -> str:
    """Where the application answers; a folder may serve another one."""
    return live_server.url


@pytest.fixture
def open_page(chromium, address) -> Iterator[Callable]:
    """Open a page: ``open_page("/path/", width=360, color_scheme="dark")``. What the console says of errors, and
    what the content policy stops, fails the test at its end; not so a request that the visitor's next choice took
    back (``htmx:sendAbort``, after the ``htmx:afterRequest`` that every failed request begins with)."""
    contexts, complaints = [], []

    def open_at(path: str, *, width: int = 1440, height: int = 900, locale: str = "es", **options):
        viewport = {"width": width, "height": height}
        context = chromium.new_context(viewport=viewport, locale=locale, base_url=address, **options)
        contexts.append(context)
        page = context.new_page()
        page.on(
            "console", lambda message: complaints.append(message.text) if message.type == "error" else None
        )
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(path)
        return page

    yield open_at
    for context in contexts:
        context.close()
    assert [words for words in complaints if not any(known in words for known in HARMLESS)] == []


@pytest.fixture
def open_signed_in(open_page) -> Callable:
    """Sign in through the form and go to a page: ``open_signed_in(analyst, "/")``."""

    def open_as(staff, path: str, **options):
        page = open_page("/account/sign-in/", **options)
        page.fill("[name=email]", staff.email)
        page.fill("[name=password]", PASSWORD)
        page.click("button.primary")
        page.wait_for_url(lambda url: "sign-in" not in url)
        page.goto(path)
        return page

    return open_as


@pytest.fixture
def serious_problems() -> Callable:
    """What axe finds serious or critical on a page: [(rule, first element)]."""
    from axe_playwright_python.sync_playwright import Axe

    def look(page) -> list[tuple[str, str]]:
        found = Axe().run(page).response["violations"]
        return [
            (rule["id"], rule["nodes"][0]["html"])
            for rule in found
            if rule["impact"] in ("serious", "critical")
        ]

    return look
