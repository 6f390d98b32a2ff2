"""The plain twins of rules: ``"kept"``, ``"broken"`` or None for one journey of (step, time) pairs."""


def needs(journey, step, earlier):
    places = [place for place, (name, _) in enumerate(journey) if name == step]
    if not places:
        return None
    before = all(any(name == earlier for name, _ in journey[:place]) for place in places)
    return "kept" if before else "broken"


def forbids(journey, step, after):
    places = [place for place, (name, _) in enumerate(journey) if name == after]
    if not places:
        return None
    return "broken" if any(name == step for name, _ in journey[places[0] + 1 :]) else "kept"


def excesses(journey, step, since, limit, as_of):
    """How far each wait that counts goes beyond its limit (negative: within)."""
    found, began = [], None
    for name, at in journey:
        if began is not None and name == step:
            found.append(at - began - limit)
            began = None
        if began is None and name == since:
            began = at
    if began is not None and as_of - began > limit:
        found.append(as_of - began - limit)
    return found


def within(journey, step, since, limit, as_of):
    found = excesses(journey, step, since, limit, as_of)
    return None if not found else "broken" if max(found) > 0 else "kept"
