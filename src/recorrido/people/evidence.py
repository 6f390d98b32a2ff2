"""What resolving persons must know of the message that told it something."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol


class Evidence(Protocol):
    """The message that told of a leaf or a link."""

    @property
    def source(self) -> str: ...
    @property
    def message(self) -> str: ...
    @property
    def at(self) -> datetime: ...


class AttributedEvidence(Evidence, Protocol):
    """… and what it told of its person: ``attributes`` as (key, JSON text), of which only first names are read here."""

    @property
    def attributes(self) -> Sequence[tuple[str, str]]: ...
