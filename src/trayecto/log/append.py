"""Append to a log: a patch that is complete for the journeys it names, published in one step; patches merged aside."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from trayecto.errors import BadValue
from trayecto.events.table import Events
from trayecto.log import store, writing
from trayecto.log.addition import Addition, patch_of
from trayecto.log.journeylog import JourneyLog
from trayecto.log.patch import combine, write_patch
from trayecto.log.store import MOST_PATCHES, PatchFile, Position
from trayecto.log.version import Version, open_current, open_version
from trayecto.stores import folder_of, is_address

RATIO = 4  # a patch is at least so many times as large as all newer ones together
AT_ONCE = 50_000  # up to so many events patches are merged as one is appended, beyond it aside


def append(
    path: str | Path,
    events: Events | None = None,
    *,
    touched: Sequence[str] | None = None,
    as_of: datetime | None = None,
    position: Position | None = None,
    untyped: bool = False,
) -> JourneyLog:
    """Write the journeys of some keys anew, as a patch that takes the place of what the log has of them.

    ``events`` are *all* events of these keys, with the columns the log was built from; ``touched`` names the keys
    (default: those of the events), and one without events loses its journeys. ``as_of``, ``position``: as for
    ``build``; without them as_of goes with the events where it did so in the build, and the position stays.
    ``untyped``: texts may stand for numbers, and are read as such where the log has numbers.

    The new version is published in one step and opened; readers keep the one they have. Raises NeedsBuild when only a
    build from all events can take these in, BadValue for events of a key that is not touched, and what ``build`` raises.
    """
    folder = _here(path)
    store.read_manifest(folder)  # before a lock is made in a folder that is no log
    with writing.locked(folder):
        manifest = store.read_manifest(folder)
        version = open_current(folder, manifest)
        tail = add(version, manifest.tail, Addition(events, touched, as_of, position, untyped))
        writing.replace_tail(folder, manifest, tail, position)
    return JourneyLog.open(folder)


def _here(path: str | Path) -> Path:
    """BadValue for a log on a store."""
    if is_address(path):
        raise BadValue(
            f"{folder_of(path)} lies on a store, where nothing is appended: build the log there again."
        )
    return Path(path)


def compact(path: str | Path) -> bool:
    """Merge patches that are small beside the newer ones, aside; returns whether there were any.

    Readers and whoever appends go on meanwhile: merged patches take the place of their parts in one step.
    """
    folder = _here(path)
    manifest = store.read_manifest(folder)
    first = _first_to_merge(manifest.tail)
    if first is None:
        return False
    version, run = open_version(folder, manifest.version), manifest.tail[first:]
    merged = write_patch(version.base.place, combine(version.patches[first:]), manifest.tail)
    with writing.locked(folder):
        now = store.read_manifest(folder)
        stands = now.base == manifest.base and now.tail[first : first + len(run)] == run
        if stands:
            tail = (*now.tail[:first], merged, *now.tail[first + len(run) :])
            writing.replace_tail(folder, now, tail)
    if not stands:  # somebody built or merged meanwhile
        store.patch_path(folder, manifest.base, merged.number).unlink(missing_ok=True)
    return stands


def _first_to_merge(tail: Sequence[PatchFile]) -> int | None:
    """The oldest patch that is small beside the newer ones together."""
    newer = [sum(patch.events for patch in tail[place + 1 :]) for place in range(len(tail))]
    small = (place for place, patch in enumerate(tail[:-1]) if patch.events < RATIO * newer[place])
    return next(small, None)


def add(version: Version, tail: tuple[PatchFile, ...], addition: Addition) -> tuple[PatchFile, ...]:
    """Write the patch of an addition, merged with the newest ones where that is little work; returns the new tail."""
    patch = patch_of(version, addition)
    count = _merged_at_once(tail, patch.events)
    whole = combine([*version.patches[len(tail) - count :], patch])
    return (*tail[: len(tail) - count], write_patch(version.base.place, whole, tail))


def _merged_at_once(tail: Sequence[PatchFile], events: int) -> int:
    """How many of the newest patches go into the one that is appended: there is room for eight."""
    count, size = 0, events
    for patch in reversed(tail):
        if patch.events >= RATIO * max(size, 1) or size + patch.events > AT_ONCE:
            break
        count, size = count + 1, size + patch.events
    return max(count, len(tail) + 1 - MOST_PATCHES)
