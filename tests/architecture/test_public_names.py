from __future__ import annotations

from types import ModuleType

import trayecto


def exposed(module: ModuleType) -> set[str]:
    """Names a reader of the module sees: no underscore, no submodule, no __future__."""
    visible = {name: value for name, value in vars(module).items() if not name.startswith("_")}
    hidden = {
        name for name, value in visible.items() if isinstance(value, ModuleType) or name == "annotations"
    }
    return set(visible) - hidden


def test_the_public_names_of_trayecto_are_exactly_those_it_lists():
    modules = {name for name in trayecto.__all__ if isinstance(getattr(trayecto, name), ModuleType)}
    assert set(trayecto.__all__) - modules == exposed(trayecto)


def test_no_name_is_listed_twice():
    assert len(trayecto.__all__) == len(set(trayecto.__all__))


def test_every_public_class_and_function_says_what_it_is():
    values = [getattr(trayecto, name) for name in trayecto.__all__]
    silent = [value for value in values if callable(value) and not _speaks(value)]
    assert silent == []


def _speaks(value: object) -> bool:
    """An error may leave it to its name and its message."""
    return bool((value.__doc__ or "").strip()) or (isinstance(value, type) and issubclass(value, Exception))


def test_a_forgotten_name_would_be_noticed():
    module = ModuleType("example")
    module.forgotten = 1
    assert exposed(module) == {"forgotten"}
