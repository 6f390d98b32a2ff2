"""YAML text as plain values, with the place every value stands at."""

from __future__ import annotations

from typing import Any

import yaml

from trayecto.blueprint.errors import BlueprintInvalid, Problem
from trayecto.blueprint.saying import gettext as _

Path = tuple[str, ...]


class Document:
    """A parsed file: ``value``, and ``place(path)`` for messages. Problems are collected, not raised one by one."""

    def __init__(self, text: str, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self._places: dict[Path, tuple[int, int]] = {}
        self._loader = yaml.SafeLoader("")
        try:
            self.value = self._plain(yaml.compose(text, Loader=yaml.SafeLoader), ())
        except yaml.MarkedYAMLError as error:
            raise self._not_yaml(error) from error
        except RecursionError as error:  # a value that holds itself, or thousands of brackets
            raise self._not_yaml(yaml.MarkedYAMLError(problem="values nested too deeply")) from error

    def place(self, path: Path) -> tuple[int, int]:
        """Line and column, from 1, of the value at a path, else of what it belongs to."""
        while path and path not in self._places:
            path = path[:-1]
        return self._places.get(path, (1, 1))

    def line(self, path: Path) -> int:
        return self.place(path)[0]

    def note(self, path: Path, message: str) -> None:
        line, column = self.place(path)
        self.problems.append(Problem(".".join(path), line, message, column))

    def raise_problems(self) -> None:
        if self.problems:
            ordered = sorted(self.problems, key=lambda problem: (problem.line, problem.column))
            raise BlueprintInvalid(self.file, tuple(ordered))

    def _not_yaml(self, error: yaml.MarkedYAMLError) -> BlueprintInvalid:
        line, column = _start(error.problem_mark) if error.problem_mark else (1, 1)
        message = _("this is not YAML: %(problem)s") % {"problem": error.problem or error.context}
        return BlueprintInvalid(self.file, (Problem("", line, message, column),))

    def _plain(self, node: yaml.Node | None, path: Path) -> Any:
        if node is None:
            return None
        self._places.setdefault(path, _start(node.start_mark))
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self._plain(item, (*path, str(i))) for i, item in enumerate(node.value, 1)]
        return self._loader.construct_object(node)

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            self._places[(*path, key)] = _start(key_node.start_mark)
            if key in found:
                self.note((*path, key), _("this name stands twice; keep one of them"))
            found[key] = self._plain(value_node, (*path, key))
        return found


def _start(mark: yaml.Mark) -> tuple[int, int]:
    return mark.line + 1, mark.column + 1
