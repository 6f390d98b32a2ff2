"""What can go wrong with journeys, said once.

JourneysError
├── BlueprintInvalid    a blueprint file that breaks the language; carries every problem with its place
├── ValuesInvalid       a value model with a mistake; carries its place
├── NoBlueprint         nothing was designed yet
├── DraftClosed         a draft that was installed or dropped already
├── DiagramRefused      a BPMN file that is no path of the design
├── BadInventory        a table of touchpoints with bad cells; carries each with row and column
├── UnknownJourneyType  a journey type the blueprint does not have
├── NoLog               the journeys of a type were never built
├── LogVersionGone      a page speaks of a log version that was removed since; carries the newest one
├── LogDamaged          the newest log cannot be opened: build it again
├── BuildRunning        the journeys of a type are being built right now (temporary)
├── BuildFailed         an export or a build that stopped; nothing was replaced
├── BadSelection        a link whose selection or filter cannot be read
└── JourneyNotFound     a journey that the log does not have
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from django.utils.translation import gettext as _

from trayecto import blueprint as library
from trayecto.blueprint import Problem


class JourneysError(Exception):
    """Base: ``code`` for machines, the message (translated, one sentence) for people."""

    code = "journeys"
    temporary: ClassVar[bool] = False


class BlueprintInvalid(JourneysError):
    code = "blueprint_invalid"

    def __init__(self, file: str, problems: tuple[Problem, ...]) -> None:
        self.file = file
        self.problems = problems
        super().__init__(str(library.BlueprintInvalid(file, problems)))


class ValuesInvalid(JourneysError):
    """``line`` and ``column`` count from 1."""

    code = "values_invalid"

    def __init__(self, file: str, line: int, column: int, problem: str) -> None:
        self.line, self.column, self.problem = line, column, problem
        facts = {"file": file, "line": line, "column": column, "problem": problem}
        super().__init__(_("%(file)s, line %(line)s, column %(column)s: %(problem)s") % facts)


class NoBlueprint(JourneysError):
    code = "no_blueprint"

    def __init__(self) -> None:
        super().__init__(_("No blueprint is installed yet. Run: recorrido journeys install starter"))


class DraftClosed(JourneysError):
    code = "draft_closed"


class DiagramRefused(JourneysError):
    code = "diagram_refused"


@dataclass(frozen=True)
class BadCell:
    """``row`` counts from 1 as a spreadsheet shows it (the header is row 1; 0: no row in particular); ``column`` "" where it
    is the whole row."""

    row: int
    column: str
    message: str


class BadInventory(JourneysError):
    code = "bad_inventory"

    def __init__(self, cells: Sequence[BadCell]) -> None:
        self.cells = tuple(cells)
        super().__init__("; ".join(cell.message for cell in cells))


class UnknownJourneyType(JourneysError):
    code = "unknown_journey_type"


class NoLog(JourneysError):
    code = "no_log"

    def __init__(self, journey_type: str) -> None:
        self.journey_type = journey_type
        super().__init__(
            _("The journeys “%(type)s” were never built. Run: recorrido journeys build")
            % {"type": journey_type}
        )


class LogVersionGone(JourneysError):
    code = "log_version_gone"

    def __init__(self, version: str, newest: str) -> None:
        self.version = version
        self.newest = newest
        super().__init__(_("The journeys this page spoke of were rebuilt since. Open the newest figures."))


class LogDamaged(JourneysError):
    code = "log_damaged"


class BuildRunning(JourneysError):
    code = "build_running"
    temporary = True


class BuildFailed(JourneysError):
    code = "build_failed"


class BadSelection(JourneysError):
    code = "bad_selection"


class JourneyNotFound(JourneysError):
    code = "journey_not_found"
