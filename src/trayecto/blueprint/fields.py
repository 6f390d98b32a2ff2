"""Reading one mapping of a blueprint field by field; what is wrong is noted with its place and how to mend it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from trayecto.blueprint.design import Label
from trayecto.blueprint.saying import gettext as _
from trayecto.blueprint.source import Document, Path
from trayecto.errors import nearest


def suggestion(word: str, known: Collection[str]) -> str:
    """``; did you mean “x”?`` or ``; use one of: …`` – how to mend a word that is not known."""
    guess = nearest(word, known)
    if guess:
        return _("; did you mean “%(guess)s”?") % {"guess": guess}
    if not known:
        return ""
    return _("; use one of: %(known)s") % {"known": ", ".join(sorted(known)[:20])}


class Fields:
    """The fields of the mapping at ``path``. Every reader returns a usable value even when it notes a problem,
    so that one reading finds all problems. ``close()`` reports fields that nobody asked for."""

    def __init__(self, document: Document, path: Path, value: Any) -> None:
        self.document = document
        self.path = path
        self._asked: set[str] = set()
        if value is None:
            value = {}
        if not isinstance(value, dict):
            self.document.note(path, _("here a list of “name: value” lines is expected"))
            value = {}
        self.value: dict[str, Any] = value

    def __contains__(self, key: str) -> bool:
        return self.value.get(key) is not None

    def note(self, key: str, message: str) -> None:
        self.document.note((*self.path, key) if key else self.path, message)

    def raw(self, key: str) -> Any:
        self._asked.add(key)
        return self.value.get(key)

    def section(self, key: str) -> Fields:
        return Fields(self.document, (*self.path, key), self.raw(key))

    def sections(self, key: str) -> Iterator[tuple[str, Fields]]:
        """The named mappings under ``key``, in file order."""
        section = self.section(key)
        for name, value in section.value.items():
            yield name, Fields(self.document, (*section.path, name), value)

    def text(self, key: str, default: str | None = None) -> str | None:
        value = self.raw(key)
        if value is None:
            return default
        if isinstance(value, dict | list):
            self.note(key, _("here one word or number is expected"))
            return default
        return str(value)

    def required(self, key: str) -> str:
        value = self.text(key)
        if not value:
            self.note("", _("“%(field)s” is missing") % {"field": key})
        return value or ""

    def choice(self, key: str, allowed: Collection[str], default: str | None = None) -> str:
        """One of ``allowed``; without a default the field is required."""
        value = self.text(key, default)
        if value is None:
            self.note(
                "", _("“%(field)s” is missing%(mend)s") % {"field": key, "mend": suggestion("", allowed)}
            )
            return next(iter(allowed), "")
        self.check_word(key, value, allowed)
        return value

    def check_word(self, key: str, word: str, allowed: Collection[str]) -> None:
        if word not in allowed:
            message = _("“%(word)s” is not known here%(mend)s")
            self.note(key, message % {"word": word, "mend": suggestion(word, allowed)})

    def words(self, key: str, allowed: Collection[str] | None = None) -> tuple[str, ...]:
        """A list of words; one word may stand without brackets."""
        value = self.raw(key)
        if value is None:
            return ()
        items = value if isinstance(value, list) else [value]
        if any(isinstance(item, dict | list) for item in items):
            self.note(key, _("here a list of words is expected, such as [web, store]"))
            return ()
        words = tuple(str(item) for item in items)
        for word in words if allowed is not None else ():
            self.check_word(key, word, allowed or ())
        return words

    def flag(self, key: str, default: bool) -> bool:
        value = self.raw(key)
        if value is None:
            return default
        if not isinstance(value, bool):
            self.note(key, _("write yes or no"))
            return default
        return value

    def number(self, key: str, minimum: float = 0.0) -> float | None:
        value = self.raw(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or value < minimum:
            self.note(key, _("write a number of at least %(minimum)g") % {"minimum": minimum})
            return None
        return float(value)

    def label(self, key: str, fallback: str) -> Label:
        """``label: {es: Llamada, en: Call}``, or one text for both languages."""
        value = self.raw(key)
        if not isinstance(value, dict):
            text = self.text(key, fallback) or fallback
            return Label(text, text)
        languages = Fields(self.document, (*self.path, key), value)
        es, en = languages.text("es"), languages.text("en")
        languages.close()
        return Label(es or en or fallback, en or es or fallback)

    def close(self) -> None:
        for key in self.value:
            if key not in self._asked:
                message = _("“%(word)s” is not a field of this place%(mend)s")
                self.note(key, message % {"word": key, "mend": suggestion(key, self._asked)})
