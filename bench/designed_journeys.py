"""Journeys made up for a design: a walk through it, then mistakes – steps left out, doubled, swapped, strange ones put in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

if TYPE_CHECKING:
    from trayecto.conformance.automaton import Automaton

Journey = tuple[str, ...]
LONGEST = 60
OPENING, DAY, MINUTE = 1_704_067_200_000_000, 86_400_000_000, 60_000_000  # 2024-01-01 UTC, in microseconds


def walks(design: Automaton, count: int, strange: Sequence[str], seed: int) -> list[Journey]:
    """``count`` distinct journeys, the first ones with few mistakes, later ones with more; none is empty.

    ``strange``: steps that may be put in anywhere.
    """
    random = np.random.default_rng(seed)
    ways = _ways(design)
    found: dict[Journey, None] = {}
    for mistakes in range(LONGEST):
        for _ in range(max(count // 4, 20)):
            if journey := _mistaken(_walk(design, ways, random), mistakes, strange, random):
                found.setdefault(journey)
            if len(found) == count:
                return list(found)
    raise ValueError(f"There are not {count} journeys to be made of this design.")


Ways = dict[int, list[tuple[str, int]]]


def _ways(design: Automaton) -> Ways:
    found: Ways = defaultdict(list)
    edges = zip(design.sources.tolist(), design.labels.tolist(), design.targets.tolist(), strict=True)
    for source, label, target in edges:
        found[source].append((design.steps[label], target))
    return found


def _walk(design: Automaton, ways: Ways, random: np.random.Generator) -> list[str]:
    """A journey that the design allows, or, where it turns for long, one that breaks off."""
    state, journey = 0, list[str]()
    while len(journey) < LONGEST:
        choices = ways[state]
        if not choices or (design.accepting[state] and random.random() < 0.4):
            break
        step, state = choices[random.integers(len(choices))]
        journey.append(step)
    return journey


def _mistaken(
    journey: list[str], mistakes: int, strange: Sequence[str], random: np.random.Generator
) -> Journey:
    for _ in range(mistakes):
        place = int(random.integers(len(journey) + 1))
        match int(random.integers(4)):
            case 0:
                del journey[place : place + 1]
            case 1:
                journey[place:place] = journey[place : place + 1]
            case 2:
                journey[place : place + 2] = journey[place : place + 2][::-1]
            case _:
                journey.insert(place, strange[random.integers(len(strange))])
    return tuple(journey)


def events_of(variants: Sequence[Journey], journeys: int, seed: int) -> pa.Table:
    """A table of events – journey, person, step, at, channel – of ``journeys`` journeys, each variant at least once, the first
    ones most often (by Zipf's law); two persons in five have two journeys."""
    random = np.random.default_rng(seed)
    names = sorted({step for variant in variants for step in variant})
    of = _shared_out(len(variants), journeys, random)
    codes, lengths = _codes(variants, names)
    rows, inside = _rows(of, lengths)
    firsts = np.cumsum(lengths) - lengths
    begun = OPENING + random.integers(0, 365 * DAY, journeys)
    persons = random.integers(0, max(1, journeys * 3 // 4), journeys)
    channels = random.integers(0, 4, journeys).astype(np.int8)
    return pa.table({
        "journey": rows,
        "person": persons[rows],
        "step": pa.DictionaryArray.from_arrays(pa.array(codes[firsts[of[rows]] + inside]), pa.array(names)),
        "at": pa.array(begun[rows] + _waits(inside, random)).cast(pa.timestamp("us", "UTC")),
        "channel": pa.DictionaryArray.from_arrays(pa.array(channels[rows]), pa.array(["web", "app", "store", "phone"])),
    })  # fmt: skip


def _shared_out(variants: int, journeys: int, random: np.random.Generator) -> NDArray[np.int64]:
    """(journeys,) the variant of each."""
    weights = 1 / np.arange(1, variants + 1)
    drawn = random.choice(variants, max(0, journeys - variants), p=weights / weights.sum())
    return random.permutation(np.concatenate([np.arange(variants)[:journeys], drawn]))


def _codes(variants: Sequence[Journey], names: Sequence[str]) -> tuple[NDArray[np.int16], NDArray[np.int64]]:
    place = {name: code for code, name in enumerate(names)}
    codes = np.array([place[step] for variant in variants for step in variant], np.int16)
    return codes, np.array([len(variant) for variant in variants], np.int64)


def _rows(of: NDArray[np.int64], lengths: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Of each event its journey, and its place within it."""
    sizes = lengths[of]
    rows = np.repeat(np.arange(len(of)), sizes)
    return rows, np.arange(len(rows)) - np.repeat(np.cumsum(sizes) - sizes, sizes)


def _waits(inside: NDArray[np.int64], random: np.random.Generator) -> NDArray[np.int64]:
    """(events,) time since the journey began: the sum of waits of some hours."""
    waits = (random.lognormal(5.0, 1.5, len(inside)) * MINUTE).astype(np.int64) + 1
    total = np.cumsum(waits)
    first = np.flatnonzero(inside == 0)
    return total - np.repeat(total[first], np.diff([*first, len(inside)]))
