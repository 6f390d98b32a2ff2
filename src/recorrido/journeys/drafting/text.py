"""A blueprint's text as plain values and back. Comments of the text are not kept; everything else is."""

from __future__ import annotations

from typing import Any

import yaml

from recorrido.journeys.blueprint import plain_values

Design = dict[str, Any]


def design_of(text: str, file: str = "blueprint.yaml") -> Design:
    """The values of a blueprint's text, in their order. Raises BlueprintInvalid for what is no YAML."""
    value = plain_values(text, file)
    return value if isinstance(value, dict) else {}


def text_of(design: Design) -> str:
    return yaml.dump(design, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)


class _Dumper(yaml.SafeDumper):
    """Writes values out where they stand: anchors would tie what a person edits apart."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def section(design: Design, name: str) -> Design:
    """A part of the design that may be changed in place; made where it is missing."""
    part = design.get(name)
    if not isinstance(part, dict):
        part = design[name] = {}
    return part


def words_of(value: Any) -> list[str]:
    """A list of words; one word may stand alone."""
    if value is None:
        return []
    return [str(one) for one in value] if isinstance(value, list) else [str(value)]


def label_in(value: Any, language: str, fallback: str = "") -> str:
    """One language of a label, which may also be one text for both."""
    if isinstance(value, dict):
        return str(value.get(language) or value.get("en" if language == "es" else "es") or fallback)
    return str(value) if value is not None else fallback
