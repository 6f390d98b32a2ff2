"""Paths around a step, journey by journey."""

from collections import Counter


def path(journey, step, before, after, window, last=False):
    """level -> step, and why the path stops on each side: 'ended', 'cut' or None (deep enough); None without the step."""
    places = [place for place, (name, _at) in enumerate(journey) if name == step]
    if not places:
        return None
    at = places[-1] if last else places[0]
    found, why = {0: step}, {}
    for side, reach in ((1, after), (-1, before)):
        for away in range(1, reach + 1):
            place = at + side * away
            if not 0 <= place < len(journey):
                why[side] = (away - 1, "ended")
                break
            if window is not None and abs(journey[place][1] - journey[at][1]) > window:
                why[side] = (away - 1, "cut")
                break
            found[side * away] = journey[place][0]
    return found, why


def named(paths, top):
    """(level, step) -> its name, or None for the rest."""
    counts = Counter((level, step) for levels, _why in paths for level, step in levels.items())
    names = {}
    for level in {level for level, _ in counts}:
        here = sorted(((-n, step) for (at, step), n in counts.items() if at == level))
        names |= {(level, step): step if place < top else None for place, (_n, step) in enumerate(here)}
    return names


def bands(paths, names):
    found = Counter()
    for levels, _why in paths:
        for level in levels:
            if level + 1 in levels:
                found[level, names[level, levels[level]], names[level + 1, levels[level + 1]]] += 1
    return found
