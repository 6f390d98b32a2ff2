"""The object-centric map, object by object, in plain Python."""

from collections import defaultdict
from itertools import pairwise


def object_map(events, relations):
    """``events``: (step, time) as read; ``relations``: (event, object, type). By (type, step) and (type, source, target):
    sets of events or pairs of events, of objects, and how often an object has it."""
    order = sorted(range(len(events)), key=lambda one: (events[one][1], one))
    place = {event: at for at, event in enumerate(order)}
    lives = defaultdict(set)
    for event, object_, kind in relations:
        lives[kind, object_].add(event)
    steps, flows = defaultdict(lambda: (set(), set(), [])), defaultdict(lambda: (set(), set(), []))
    starts, ends = defaultdict(int), defaultdict(int)
    for (kind, object_), mine in lives.items():
        life = sorted(mine, key=place.__getitem__)
        starts[kind, events[life[0]][0]] += 1
        ends[kind, events[life[-1]][0]] += 1
        for event in life:
            _note(steps[kind, events[event][0]], event, object_)
        for pair in pairwise(life):
            _note(flows[kind, events[pair[0]][0], events[pair[1]][0]], pair, object_)
    return dict(steps), dict(flows), starts, ends


def _note(found, event, object_):
    found[0].add(event)
    found[1].add(object_)
    found[2].append(object_)
