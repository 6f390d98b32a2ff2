"""The words of messages: in English, or in the language of a caller who translates."""

from __future__ import annotations

from collections.abc import Callable


def _as_written(text: str) -> str:
    return text


_translate: Callable[[str], str] = _as_written


def gettext(text: str) -> str:
    """The text in the reader's language."""
    return _translate(text)


def translate_with(translate: Callable[[str], str]) -> None:
    """From now on messages are said by ``translate``, which is asked each time one is said."""
    global _translate  # noqa: PLW0603 – one language at a time is the caller's business
    _translate = translate


def translation() -> Callable[[str], str]:
    """What messages are said by."""
    return _translate
