"""What a check says."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class State(StrEnum):
    FINE = "fine"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True)
class Diagnosis:
    """One line of the page; ``remedy`` says what to do, where something is to be done."""

    name: str
    state: State
    sentence: str
    remedy: str = ""


Check = Callable[[Path], Iterable[Diagnosis]]


def fine(name: str, sentence: str) -> Diagnosis:
    return Diagnosis(name, State.FINE, sentence)


def warning(name: str, sentence: str, remedy: str) -> Diagnosis:
    return Diagnosis(name, State.WARNING, sentence, remedy)


def error(name: str, sentence: str, remedy: str) -> Diagnosis:
    return Diagnosis(name, State.ERROR, sentence, remedy)


def examined(checks: Iterable[Check], data: Path) -> Iterator[Diagnosis]:
    """What the checks find; one that breaks off is a diagnosis of its own."""
    for check in checks:
        try:
            yield from check(data)
        except Exception as problem:
            words = re.sub(r"\s+", " ", str(problem)).strip() or type(problem).__name__
            name = check.__name__.removeprefix("check_").replace("_", " ")
            yield error(
                name,
                f"This could not be looked at: {words}",
                "Mend what the sentence names, then look again.",
            )
