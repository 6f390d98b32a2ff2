"""``recorrido doctor``: checks of an installation, each with what to do. Reads only.

A check is a function that yields diagnoses; one that fails is itself a diagnosis, and never keeps the others from
being made. ``machine`` needs no database, ``database`` needs one, ``work`` needs our tables.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from recorrido.site.doctor import database, machine, work
from recorrido.site.doctor.diagnosis import Diagnosis, State, examined

__all__ = ["Diagnosis", "State", "examine"]


def examine(data: Path) -> Iterator[Diagnosis]:
    """Every diagnosis, in the order a person would look; what cannot be asked without the one before is left out."""
    yield from examined(machine.CHECKS, data)
    answers = list(examined([database.check_answer], data))
    yield from answers
    if any(diagnosis.state is State.ERROR for diagnosis in answers):
        return
    yield from examined(database.CHECKS, data)
    tables = list(examined([database.check_tables], data))
    yield from tables
    if not any(diagnosis.state is State.ERROR for diagnosis in tables):
        yield from examined(work.CHECKS, data)
