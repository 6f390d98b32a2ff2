"""A schema proposed from what events really say. No database in here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

DIALECT = "https://json-schema.org/draft/2020-12/schema"
MOST_NAMES, DEEPEST, FEW_WORDS = 200, 4, 12


def propose_schema(samples: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """A JSON Schema that allows all of the samples. Names that none of them lacks are required; unknown ones stay allowed."""
    return {"$schema": DIALECT, **_object(list(samples), 0)}


def _object(values: list[dict[str, Any]], depth: int) -> dict[str, Any]:
    seen = Counter(name for value in values for name in value)
    names = [name for name, _times in seen.most_common(MOST_NAMES)]
    schema: dict[str, Any] = {"type": "object"}
    if names:
        schema["properties"] = {
            name: _of([value[name] for value in values if name in value], depth + 1) for name in sorted(names)
        }
    required = sorted(name for name in names if seen[name] == len(values))
    return schema | ({"required": required} if required else {})


def _of(values: list[Any], depth: int) -> dict[str, Any]:
    kinds = sorted({_kind(value) for value in values})
    if kinds == ["integer", "number"]:
        kinds = ["number"]
    schema: dict[str, Any] = {"type": kinds[0] if len(kinds) == 1 else kinds}
    if kinds == ["string"]:
        return schema | _text(values)
    if kinds == ["object"] and depth < DEEPEST:
        return _object(values, depth)
    if kinds == ["array"] and depth < DEEPEST and (items := [item for value in values for item in value]):
        return schema | {"items": _of(items, depth)}
    return schema


def _text(values: list[str]) -> dict[str, Any]:
    """A few words that come again and again are all there are; times are told by their form."""
    words = set(values)
    if all(map(_is_time, words)):
        return {"format": "date-time"}
    if len(words) <= FEW_WORDS and len(values) >= 10 * len(words) and max(map(len, words)) <= 40:
        return {"enum": sorted(words)}
    return {}


def _is_time(text: str) -> bool:
    if "T" not in text:
        return False
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


def _kind(value: Any) -> str:
    if value is None:
        return "null"
    kinds = ((bool, "boolean"), (int, "integer"), (float, "number"), (str, "string"), (list, "array"))
    return next((name for kind, name in kinds if isinstance(value, kind)), "object")
