"""What a visitor does, for the tests of pages."""

from __future__ import annotations

from playwright.sync_api import Locator, Page


def follow(page: Page, what: str | Locator) -> None:
    """Click a link or a form's button and wait until the page it leads to is loaded: a click comes back as soon as the
    new page begins, when nothing of it is there to look at yet."""
    target = page.locator(what) if isinstance(what, str) else what
    with page.expect_navigation():
        target.click()
