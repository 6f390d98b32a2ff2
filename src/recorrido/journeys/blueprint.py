"""The blueprint language of the analytics library (``docs/blueprint.md``), in the reader's language and with the
product's own errors; and the blueprints that come with it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from recorrido.journeys.errors import BlueprintInvalid
from trayecto import blueprint as library
from trayecto.blueprint import (
    Attribute,
    Blueprint,
    Boundaries,
    Department,
    JourneyType,
    Label,
    Problem,
    Promise,
    Touchpoint,
    Watch,
)
from trayecto.blueprint.fields import Fields, suggestion
from trayecto.blueprint.source import Document
from trayecto.blueprint.words import GATE_ORIGINS, NATURES, PHASES, STAGES

SHIPPED = Path(__file__).parent / "blueprints"


def shipped_blueprints() -> tuple[str, ...]:
    """Names of the blueprints that come with the product: ``aromo``, ``olist``, ``starter``."""
    return tuple(sorted(path.stem for path in SHIPPED.glob("*.yaml")))


def find_blueprint(name: str) -> Path:
    """The file of a shipped blueprint by name, or any file by path; raises BlueprintInvalid when there is none."""
    path = Path(name)
    shipped = SHIPPED / f"{name}.yaml"
    if path.is_file():
        return path
    if shipped.is_file():
        return shipped
    message = _("there is no such file or shipped blueprint%(mend)s")
    problem = Problem("", 0, message % {"mend": suggestion(name, shipped_blueprints())})
    raise BlueprintInvalid(name, (problem,))


def load_blueprint(path: Path) -> Blueprint:
    """The blueprint in a file; raises BlueprintInvalid."""
    with reading():
        return library.load_blueprint(path)


def read_blueprint(text: str, file: str = "blueprint.yaml") -> Blueprint:
    """The blueprint written in ``text``; raises BlueprintInvalid with all its problems, each with line and place."""
    with reading():
        return library.read_blueprint(text, file)


def plain_values(text: str, file: str) -> Any:
    """The plain values of a blueprint's text; raises BlueprintInvalid for what is no YAML."""
    with reading():
        return Document(text, file).value


@contextmanager
def reading() -> Iterator[None]:
    """What the library says of a text in this language is said as an error of ours."""
    try:
        yield
    except library.BlueprintInvalid as error:
        raise BlueprintInvalid(error.file, error.problems) from error


__all__ = [
    "GATE_ORIGINS",
    "NATURES",
    "PHASES",
    "STAGES",
    "Attribute",
    "Blueprint",
    "Boundaries",
    "Department",
    "Document",
    "Fields",
    "JourneyType",
    "Label",
    "Problem",
    "Promise",
    "Touchpoint",
    "Watch",
    "find_blueprint",
    "load_blueprint",
    "plain_values",
    "read_blueprint",
    "reading",
    "shipped_blueprints",
]
