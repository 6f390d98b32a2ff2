"""Types of parameters and bodies that several operations share. Descriptions are English; the document translates them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated, Any

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _
from ninja import Schema
from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field

MOST = 500
Id = Annotated[int, Field(ge=1, le=2**63 - 1)]
Limit = Annotated[int, Field(ge=1, le=MOST, description=_("How many at most."))]
_MOMENT = re.compile(
    r"(\d{4}-\d{2}-\d{2})[Tt](\d{2}:\d{2}):([0-5]\d|60)(\.\d{1,18})?([Zz]|[+-]\d{2}:\d{2})", re.ASCII
)


def _moment(text: str) -> str:
    moment_of(text)
    return text


def moment_of(text: str) -> datetime:
    """A moment of RFC 3339 in UTC. Raises ValueError with a sentence.

    A leap second is the one before; what would lie beyond the calendar in UTC keeps its clock.
    """
    found = _MOMENT.fullmatch(text)
    try:
        if found is None:
            raise ValueError
        day, hour, second, fraction, zone = found.groups()
        moment = datetime.fromisoformat(
            f"{day}T{hour}:{min(int(second), 59):02d}{fraction or ''}{zone.upper()}"
        )
    except ValueError:
        raise ValueError(gettext("write a moment with its zone, like 2026-03-01T15:00:00Z")) from None
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        return moment.replace(tzinfo=UTC)


Moment = Annotated[
    str, AfterValidator(_moment), Field(max_length=40, json_schema_extra={"format": "date-time"})
]


def _flag(value: Any) -> Any:
    """In an address only the words true and false are a yes or a no."""
    if isinstance(value, str) and value not in ("true", "false"):
        raise ValueError(gettext("write true or false"))
    return value == "true" if isinstance(value, str) else value


Flag = Annotated[bool, BeforeValidator(_flag)]


class Strict(Schema):
    """A body: no conversions, no unknown fields."""

    model_config = ConfigDict(strict=True, extra="forbid")


class ProblemShape(Schema):
    """A refusal (RFC 9457). ``code`` is for machines, ``detail`` says how to mend it."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    instance: str
    errors: list[dict[str, str]] | None = None
