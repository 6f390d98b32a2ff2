"""Types of parameters and bodies that several operations share. Descriptions are English; the document translates them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _
from ninja import Schema
from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field

MOST = 500
Id = Annotated[int, Field(ge=1, le=2**63 - 1)]
Limit = Annotated[int, Field(ge=1, le=MOST, description=_("How many at most."))]
Cursor = Annotated[
    str, Field(max_length=500, description=_("The “next” of the page before; nothing for the first page."))
]
Word = Annotated[str, Field(min_length=1, max_length=200)]
Etag = Annotated[str | None, Field(max_length=200)]


def _moment(text: str) -> str:
    moment_of(text)
    return text


def moment_of(text: str) -> datetime:
    """An ISO-8601 moment with its zone, in UTC. Raises ValueError with a sentence."""
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None or "T" not in text:
            raise ValueError
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(gettext("write a moment with its zone, like 2026-03-01T15:00:00Z")) from None


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
