"""Reads a scenario file; every mistake becomes one sentence: where, what, how to mend it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

import holidays
import msgspec
import yaml

from recorrido.simulator import scenario as language
from recorrido.simulator.errors import BadScenario, nearest_hint
from recorrido.simulator.faults import Fault, Gate, LateCarrier
from recorrido.simulator.scenario import Scenario

SHIPPED = Path(__file__).parent / "scenarios"


def load_scenario(source: str | Path) -> Scenario:
    """A scenario from a file, or one of the shipped ones by name (``aromo``); raises BadScenario."""
    path = _locate(source)
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise BadScenario(
            str(path), f"the file cannot be read ({error}).", "Check its path and encoding."
        ) from error
    except yaml.YAMLError as error:
        raise BadScenario(
            str(path), f"this is not YAML: {_yaml_problem(error)}.", "Check indentation and colons."
        ) from error
    return parse_scenario(document, name=path.name)


def parse_scenario(document: Any, name: str = "scenario") -> Scenario:
    """A scenario from plain data (as YAML gives it); raises BadScenario."""
    try:
        parsed = msgspec.convert(document, Scenario)
    except msgspec.ValidationError as error:
        raise _explain(str(error), document, name) from error
    for problem in _problems(parsed):
        raise BadScenario(f"{name}, {problem[0]}", problem[1], problem[2])
    return parsed


def shipped_names() -> list[str]:
    return sorted(path.stem for path in SHIPPED.glob("*.yaml"))


def _locate(source: str | Path) -> Path:
    path = Path(source)
    if path.is_file() or path.suffix:  # a folder ``aromo``, of an earlier run, is no scenario
        return path
    shipped = SHIPPED / f"{source}.yaml"
    if not shipped.exists():
        hint = nearest_hint(str(source), shipped_names())
        raise BadScenario(str(source), "there is no such file, and no shipped scenario of this name.", hint)
    return shipped


def _yaml_problem(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or "unreadable"
    return f"{problem} in line {mark.line + 1}" if mark else problem


# What msgspec says, said for people ------------------------------------------------------------------


def _explain(message: str, document: Any, name: str) -> BadScenario:
    what, _, raw_path = message.partition(" - at ")
    place = _readable(raw_path.strip("`") or "$", document)
    where = f"{name}, {place}" if place else name
    if found := re.search(r"unknown field `(.+)`", what):
        return BadScenario(
            where, f"'{found[1]}' is not a word of the language here.", nearest_hint(found[1], known_words())
        )
    if found := re.search(r"missing required field `(.+)`", what):
        return BadScenario(where, f"'{found[1]}' is missing.", "Add it; docs/simulator.md shows an example.")
    if found := re.search(r"Invalid value '(.+)'", what):
        return BadScenario(where, f"there is no kind '{found[1]}'.", nearest_hint(found[1], _kinds()))
    return BadScenario(where, f"{_lower(what)}.", "Correct the value.")


def _lower(what: str) -> str:
    return what[:1].lower() + what[1:].replace("`", "")


def _readable(path: str, document: Any) -> str:
    """``$.stores[3].share`` → ``stores[3] (S04).share``, so that the eye finds the entry."""
    out, node = "", document
    for word, index in re.findall(r"\.([\w]+)|\[(\d+|\.\.\.)\]", path):
        node = _step(node, word, index)
        label = (
            node.get("key") or node.get("name") or node.get("code")
            if index and isinstance(node, dict)
            else None
        )
        out += f".{word}" if word else f"[{index}]" + (f" ({label})" if label else "")
    return out.lstrip(".")


def _step(node: Any, word: str, index: str) -> Any:
    if word and isinstance(node, dict):
        return node.get(word)
    if index.isdigit() and isinstance(node, list) and int(index) < len(node):
        return node[int(index)]
    return None


def _records() -> Iterator[type[msgspec.Struct]]:
    yield from (
        kind
        for kind in vars(language).values()
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct)
    )
    yield from Fault.__subclasses__()


def known_words() -> set[str]:
    """Every word that may stand left of a colon."""
    return {field for record in _records() for field in record.__struct_encode_fields__}


def _kinds() -> list[str]:
    return [str(kind.__struct_config__.tag) for kind in Fault.__subclasses__()]


# What types cannot say --------------------------------------------------------------------------------

Problem = tuple[str, str, str]


def _problems(scenario: Scenario) -> Iterator[Problem]:
    yield from _place_problems(scenario)
    yield from _repeats("faults", [fault.key for fault in (*scenario.gates, *scenario.faults)])
    yield from _repeats("stores", [store.code for store in scenario.stores])
    yield from _repeats("channels", [channel.name for channel in scenario.channels])
    yield from _repeats("calendar", [f"{one.date} {one.label}" for one in scenario.calendar])
    yield from _reference_problems(scenario)
    yield from _range_problems(scenario)


def _place_problems(scenario: Scenario) -> Iterator[Problem]:
    place = scenario.place
    if place.timezone not in available_timezones():
        yield (
            "place.timezone",
            f"'{place.timezone}' is no time zone.",
            nearest_hint(place.timezone, available_timezones()),
        )
    if place.country not in holidays.list_supported_countries():
        yield (
            "place.country",
            f"no holidays are known for '{place.country}'.",
            "Use a two-letter country code such as CL.",
        )


def _repeats(place: str, names: Iterable[str]) -> Iterator[Problem]:
    for name, times in Counter(names).items():
        if times > 1:
            yield place, f"'{name}' appears {times} times.", "Give each its own name."


def _reference_problems(scenario: Scenario) -> Iterator[Problem]:
    regions = [region.name for region in scenario.regions]
    for store in scenario.stores:
        yield from _unknown(f"stores ({store.code}).region", store.region, regions)
    for fault in (*scenario.gates, *scenario.faults):
        if isinstance(fault, LateCarrier):
            yield from _unknown(
                f"faults ({fault.key}).carrier", fault.carrier, [c.name for c in scenario.carriers]
            )
        if isinstance(fault, Gate):
            for channel in fault.channels:
                yield from _unknown(
                    f"faults ({fault.key}).channels", channel, [c.name for c in scenario.channels]
                )


def _unknown(place: str, word: str, known: list[str]) -> Iterator[Problem]:
    if word not in known:
        yield place, f"'{word}' is not named in this scenario.", nearest_hint(word, known)


def _range_problems(scenario: Scenario) -> Iterator[Problem]:
    for promotion in scenario.demand.promotions:
        if promotion.ends < promotion.starts:
            yield (
                f"demand.promotions ({promotion.name})",
                "it ends before it starts.",
                "Swap 'from' and 'to'.",
            )
    for share in ("first_share", "repeat_share"):
        if sum(getattr(channel, share) for channel in scenario.channels) <= 0:
            yield "channels", f"no channel has a {share}.", "Give at least one a share above 0."
    for distance in {region.distance for region in scenario.regions}:
        if sum(getattr(carrier, distance) for carrier in scenario.carriers) <= 0:
            yield "carriers", f"no carrier serves {distance} regions.", f"Give one a weight for '{distance}'."
    if not scenario.stores and any(c.how == "counter" or c.pickup for c in scenario.channels):
        yield (
            "stores",
            "a channel sells or hands over in stores, but there are none.",
            "Add stores or set pickup to 0.",
        )
    for month in scenario.demand.months:
        if not 1 <= month <= 12:
            yield "demand.months", f"there is no month {month}.", "Months are numbered 1 to 12."
