"""Repeats in plain Python."""


def occurrences(journey, step):
    """(direct, return) for each extra occurrence of the step."""
    names = [name for name, _ in journey]
    places = [place for place, name in enumerate(names) if name == step]
    return [(names[place - 1] == step, names[place - 1] != step) for place in places[1:]]


def figures(chosen, step):
    """(value, weighted value) of every count of a step over [(journey, weight), …]."""
    sums = {}

    def add(name, amount, weight):
        count, weighed = sums.get(name, (0, 0.0))
        sums[name] = (count + amount, weighed + amount * weight)

    for journey, weight in chosen:
        extra = occurrences(journey, step)
        events = sum(name == step for name, _ in journey)
        add("events", events, weight)
        add("extra_events", len(extra), weight)
        add("direct_repeats", sum(direct for direct, _ in extra), weight)
        add("returns", sum(back for _, back in extra), weight)
        add("journeys", events > 0, weight)
        add("journeys_repeating", len(extra) > 0, weight)
        add("journeys_repeating_directly", any(direct for direct, _ in extra), weight)
        add("journeys_returning", any(back for _, back in extra), weight)
    return sums
