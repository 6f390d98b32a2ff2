"""Rows of persons as lines for COPY: the statements, and what their lines have in common."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

SAME_MESSAGE = "same_message"
NULL = "\\N"

INSERT_LEAVES = "COPY people_identifier (kind, value, id, person_id, source, since, blocked) FROM STDIN"
INSERT_PERSONS = "COPY people_person (id, merged_into_id) FROM STDIN"
INSERT_LINKS = "COPY people_link (low_id, high_id, id, reason, source, message, at, state, why) FROM STDIN"
INSERT_FACTS = "COPY people_attribute (identifier_id, key, value, at) FROM STDIN"


def time_writer() -> Callable[[datetime], str]:
    """Writes times; the same one again, as the rows of a table have, costs nothing."""
    last: tuple[datetime | None, str] = None, ""

    def write(at: datetime) -> str:
        nonlocal last
        if at is not last[0]:
            last = at, at.isoformat()
        return last[1]

    return write
