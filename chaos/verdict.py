"""The lines of the verdict, and the first of them: what happened on the way and what clients heard."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from chaos.trial import Course

ALLOWED = {0, 200, 429, 503}
"""What a client may hear: no answer, yes, or come back."""


class Attempt(NamedTuple):
    """A line of a client's journal."""

    sent: float
    at: float
    status: int
    says_when: bool
    first: int
    events: int


Attempts = dict[int, list[Attempt]]
"""By client."""


@dataclass(frozen=True)
class Line:
    """One line of the verdict."""

    what: str
    figure: str
    kept: bool = True

    @classmethod
    def none(cls, what: str, count: int) -> Line:
        """Of something there must be none of."""
        return cls(what, f"{count:,}", count == 0)

    @classmethod
    def equal(cls, what: str, same: bool) -> Line:
        return cls(what, "yes" if same else "no", same)


def attempts_in(journal: Path) -> list[Attempt]:
    lines = (line.split() for line in journal.read_text().splitlines())
    return [
        Attempt(float(sent), float(at), int(status), when == "1", int(first), int(events))
        for sent, at, status, when, first, events in lines
    ]


def of_the_way(course: Course) -> Iterator[Line]:
    yield Line("seed", str(course.seed))
    yield Line("events told by clients", f"{course.events:,} in {course.seconds:,.0f} s")
    for (kind, what), count in sorted(Counter((kill.kind, kill.what) for kill in course.kills).items()):
        yield Line(f"kill -9: {kind}" + (f" ({what})" if what != kind else ""), str(count))


def of_the_answers(course: Course, attempts: Attempts) -> Iterator[Line]:
    every = [one for some in attempts.values() for one in some]
    for status, count in sorted(Counter(one.status for one in every).items()):
        what = f"answered {status}" if status else "without an answer"
        yield Line(f"requests {what}", f"{count:,}", status in ALLOWED)
    silent = sum(one.status in (429, 503) and not one.says_when for one in every)
    yield Line.none("refusals that do not say when to come back", silent)
    yes = sorted((one for one in every if one.status == 200), key=lambda one: one.at)
    for kind in ("web", "database", "supervisor"):
        kills = [kill for kill in course.kills if kill.kind == kind]
        if waits := sorted(wait for kill in kills if (wait := _until_next(yes, kill.at)) is not None):
            figure = f"median {waits[len(waits) // 2]:.1f} s, longest {waits[-1]:.1f} s"
            yield Line(f"{kind} killed: until a request sent later heard 200", figure)
    yield from _of_the_disk(course, every, yes)


def _until_next(yes: list[Attempt], moment: float) -> float | None:
    return next((one.at - moment for one in yes if one.sent > moment), None)


def _of_the_disk(course: Course, every: list[Attempt], yes: list[Attempt]) -> Iterator[Line]:
    if course.full is None:
        yield Line("disk of the database full", f"not tried: {course.not_full}")
        return
    began, ended = course.full
    heard = Counter(one.status for one in every if began <= one.sent and one.at <= ended)
    told = ", ".join(f"{count} × {status or 'no answer'}" for status, count in sorted(heard.items()))
    figure = f"{ended - began:.0f} s; meanwhile {told or 'nobody was answered'}"
    yield Line("disk of the database full", figure)
    wait = _until_next(yes, ended)
    figure = f"{wait:.1f} s" if wait is not None else "never"
    yield Line("from room again to the next 200", figure, wait is not None)
