from __future__ import annotations

from dataclasses import dataclass

from trayecto.blueprint.saying import gettext as _
from trayecto.errors import TrayectoError


@dataclass(frozen=True)
class Problem:
    """One thing wrong in a blueprint: where (``touchpoints.call.owner``, line and column from 1, 0 = nowhere in
    particular) and what to do."""

    path: str
    line: int
    message: str
    column: int = 0


class BlueprintInvalid(TrayectoError):
    """A blueprint file that breaks the language; carries every problem with its place."""

    code = "blueprint_invalid"

    def __init__(self, file: str, problems: tuple[Problem, ...]) -> None:
        self.file = file
        self.problems = problems
        super().__init__("\n".join(self._sentence(problem) for problem in problems))

    def _sentence(self, problem: Problem) -> str:
        place = self.file
        if problem.line:  # 0: the problem is the file itself
            place = _("%(file)s, line %(line)s") % {"file": self.file, "line": problem.line}
        return ": ".join(part for part in (place, problem.path, problem.message) if part)
