"""Which sequences of steps a design allows: steps, in sequence, by choice, repeated, in any order.

Paths are immutable values made by the functions below, and equal when they are written alike up to the order of
choices and of what comes in any order. ``after(path, step)`` is what the path still allows once ``step`` was taken
(Brzozowski, 1964, "Derivatives of regular expressions", Journal of the ACM 11(4)); what comes in any order is
interleaved, and so its derivative is that of each part beside the others.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from math import prod

from trayecto.errors import BadValue


class Path:
    """A set of sequences of steps."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Nothing(Path):
    """No sequence at all: what remains when a step was not allowed."""


@dataclass(frozen=True, slots=True)
class Done(Path):
    """The sequence without steps."""


@dataclass(frozen=True, slots=True)
class Step(Path):
    name: str


@dataclass(frozen=True, slots=True)
class Sequence(Path):
    first: Path
    rest: Path


@dataclass(frozen=True, slots=True)
class Choice(Path):
    parts: frozenset[Path]


@dataclass(frozen=True, slots=True)
class Repeat(Path):
    part: Path
    least: int
    most: int | None  # None = as often as one likes


@dataclass(frozen=True, slots=True)
class AnyOrder(Path):
    parts: frozenset[tuple[Path, int]]  # each with how often it stands there


NOTHING: Path = Nothing()
DONE: Path = Done()


Part = Path | str  # a text is a step


# --- making paths -------------------------------------------------------------------------------------------------


def step(name: str) -> Path:
    return Step(name)


def sequence(*parts: Part) -> Path:
    """One after the other; of no parts: nothing has to happen."""
    return reduce(lambda rest, first: _then(_path(first), rest), reversed(parts), DONE)


def choice(*parts: Part) -> Path:
    """One of them."""
    found: set[Path] = set()
    for part in map(_path, parts):
        found |= part.parts if isinstance(part, Choice) else {part}
    found.discard(NOTHING)
    if DONE in found and any(allows_end(part) for part in found if part != DONE):
        found.discard(DONE)
    if len(found) < 2:
        return found.pop() if found else NOTHING
    return Choice(frozenset(found))


def optional(part: Part) -> Path:
    """It, or nothing."""
    return choice(part, DONE)


def repeat(part: Part, least: int = 0, most: int | None = None) -> Path:
    """It from ``least`` to ``most`` times (None: as often as one likes). Raises BadValue."""
    if least < 0 or (most is not None and most < least):
        raise BadValue(f"A repeat from {least} to {most} times is none: write 0 ≤ least ≤ most.")
    return _repeat(_path(part), least, most)


def any_order(*parts: Part) -> Path:
    """All of them, in whatever order; the steps of parts that have several may lie between those of others."""
    flat: Counter[Path] = Counter()
    for part in map(_path, parts):
        flat.update(dict(part.parts) if isinstance(part, AnyOrder) else [part])
    return _interleaved(flat)


def _path(part: Part) -> Path:
    return Step(part) if isinstance(part, str) else part


def _then(first: Path, rest: Path) -> Path:
    if NOTHING in (first, rest):
        return NOTHING
    if first == DONE:
        return rest
    if rest == DONE:
        return first
    if isinstance(first, Sequence):
        return Sequence(first.first, _then(first.rest, rest))
    return Sequence(first, rest)


def _repeat(part: Path, least: int, most: int | None) -> Path:
    if most == 0 or part == DONE:
        return DONE
    if part == NOTHING:
        return NOTHING if least else DONE
    return part if least == most == 1 else Repeat(part, least, most)


def _interleaved(parts: Counter[Path]) -> Path:
    del parts[DONE]
    if parts[NOTHING]:
        return NOTHING
    some = Counter({part: count for part, count in parts.items() if count})
    if some.total() < 2:
        return next(iter(some), DONE)
    return AnyOrder(frozenset(some.items()))


# --- asking paths -------------------------------------------------------------------------------------------------


def steps_of(path: Path) -> frozenset[str]:
    """The steps that stand in a path."""
    match path:
        case Step(name):
            return frozenset([name])
        case Nothing() | Done():
            return frozenset()
    return frozenset().union(*map(steps_of, _parts(path)))


def size_of(path: Path) -> int:
    """About how many states a path has, counted without making them: what repeats by number counts as often, and what
    comes in any order counts as the product."""
    match path:
        case Step():
            return 1
        case Nothing() | Done():
            return 0
        case Repeat(part, least, most):
            return size_of(part) * max(1, least if most is None else most)
        case AnyOrder(parts):
            return prod((size_of(part) + 1) ** count for part, count in parts)
    return sum(map(size_of, _parts(path)))


def next_steps(path: Path) -> frozenset[str]:
    """The steps that may come first."""
    match path:
        case Sequence(first, _) if not allows_end(first):
            return next_steps(first)
        case Step(name):
            return frozenset([name])
        case Nothing() | Done():
            return frozenset()
    return frozenset().union(*map(next_steps, _parts(path)))


def allows_end(path: Path) -> bool:
    """Whether the sequence without steps is allowed."""
    match path:
        case Done():
            return True
        case Nothing() | Step():
            return False
        case Choice(parts):
            return any(map(allows_end, parts))
        case Repeat(part, least, _):
            return least == 0 or allows_end(part)
    return all(map(allows_end, _parts(path)))


def after(path: Path, name: str) -> Path:
    """What is still allowed once the step ``name`` was taken; ``NOTHING`` where it must not be taken."""
    match path:
        case Step(own):
            return DONE if own == name else NOTHING
        case Sequence(first, rest):
            straight = _then(after(first, name), rest)
            return choice(straight, after(rest, name)) if allows_end(first) else straight
        case Choice(parts):
            return choice(*(after(part, name) for part in parts))
        case Repeat(part, least, most):
            again = _repeat(part, max(least - 1, 0), None if most is None else most - 1)
            return _then(after(part, name), again)
        case AnyOrder(parts):
            return choice(*(_beside(after(part, name), part, Counter(dict(parts))) for part, _ in parts))
    return NOTHING


def _beside(remains: Path, part: Path, parts: Counter[Path]) -> Path:
    """What remains of one part, beside the others."""
    parts[part] -= 1
    return any_order(remains, *parts.elements())


def _parts(path: Path) -> Iterable[Path]:
    match path:
        case Sequence(first, rest):
            return (first, rest)
        case Choice(parts):
            return parts
        case Repeat(part, _, _):
            return (part,)
        case AnyOrder(counted):
            return (part for part, _ in counted)
    return ()
