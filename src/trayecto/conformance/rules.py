"""What a design says of the order of two steps and the time between them (see ``questions.rules``)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Needs:
    """Every ``step`` has an ``earlier`` one somewhere before it."""

    step: str
    earlier: str


@dataclass(frozen=True, slots=True)
class Forbids:
    """No ``step`` comes after an ``after``. ``blamed``: whichever of the two the design speaks of: a refund that must
    never come before its inspection is the refund's fault."""

    step: str
    after: str
    blamed: str | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Within:
    """What ``since`` opens is closed by the next ``step`` within the limit."""

    step: str
    since: str
    limit: str | timedelta


Rule = Needs | Forbids | Within


def blamed_by(rule: Rule) -> str:
    """The step whose owner answers for a broken rule."""
    return (rule.blamed or rule.step) if isinstance(rule, Forbids) else rule.step


def other_of(rule: Rule) -> str:
    """The second step a rule speaks of."""
    match rule:
        case Needs(_, earlier):
            return earlier
        case Forbids(_, after):
            return after
        case Within(_, since, _):
            return since
