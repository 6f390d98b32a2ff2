"""Where a list goes on. A cursor is a letter for its list and numbers; one of another list, or a damaged one, is refused.

There is nothing to protect: a cursor chooses a place in a list that the key may read anyway. So it is validated, not signed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _
from pydantic import Field, JsonValue

from recorrido.api.read.problems import Problem

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
DESCRIPTION = _("The “next” of the page before; nothing for the first page.")
LONGEST = 100


@dataclass(frozen=True)
class Cursors:
    """The cursors of one list. ``inner`` is the form of what follows its letter, with a group for each part."""

    letter: str
    inner: str = "([0-9]{1,15})"

    @property
    def pattern(self) -> str:
        """Also nothing, which means the first page."""
        return f"^({self.letter}{self.inner.replace('(', '(?:')})?$"

    def read(self, text: str) -> tuple[str, ...] | None:
        """The parts, or None for the first page. Raises Problem 400."""
        if not text:
            return None
        found = re.fullmatch(self.letter + self.inner, text, flags=re.ASCII)
        if found is None:
            why = gettext("This cursor was not made by this list, or was damaged. Begin again without it.")
            raise Problem(400, "bad_cursor", why, errors=[{"in": "query", "name": "after", "detail": why}])
        return found.groups()

    def write(self, *parts: object) -> str:
        return self.letter + "-".join(str(part) for part in parts)

    def number(self, text: str) -> int | None:
        parts = self.read(text)
        return int(parts[0]) if parts else None

    def parameter(self, description: str = DESCRIPTION, also: str = "") -> Any:
        """The type of the parameter ``after``; ``also``: a word that is taken besides."""
        pattern = f"^({also}|{self.pattern[2:]}" if also else self.pattern
        extra: dict[str, JsonValue] = {"pattern": pattern}
        return Annotated[str, Field(max_length=LONGEST, description=description, json_schema_extra=extra)]


@dataclass(frozen=True)
class Places(Cursors):
    """Cursors of a list that is ordered by time and id."""

    inner: str = "([0-9]{1,17})-([0-9]{1,15})"

    def place(self, text: str) -> tuple[datetime, int] | None:
        parts = self.read(text)
        return (_EPOCH + int(parts[0]) * _MICROSECOND, int(parts[1])) if parts else None

    def write_place(self, at: datetime, id_: int) -> str:
        return self.write((at - _EPOCH) // _MICROSECOND, id_)


LEDGER = Cursors("e")
TIMELINE = Places("t")
OBJECT = Places("o")
PERSONS = Cursors("p")
ORGANIZATIONS = Cursors("g")
INCIDENTS = Cursors("i")
AFFECTED = Cursors("a")
WEBHOOKS = Cursors("w")
DELIVERIES = Cursors("d")
JOURNEYS = Cursors("j", "([0-9]{1,12})-([0-9A-Za-z.-]{1,64})")
