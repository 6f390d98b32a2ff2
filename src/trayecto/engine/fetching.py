"""Items that lie elsewhere: a ticket until somebody works on them, who then has them fetched."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def is_away(item: Any) -> bool:
    """Whether it must be fetched before it can be worked on."""
    return hasattr(item, "fetch")


def opened(item: Any, check: Callable[[], None] | None = None) -> Any:
    """What is worked on: the item, or what it fetches; ``check`` may raise to call it off."""
    if not is_away(item):
        return item
    return item.fetch() if check is None else item.fetch(check)
