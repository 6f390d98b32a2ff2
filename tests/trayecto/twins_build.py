"""Building a log, the slow and obvious way: plain lists, one event at a time."""

DAY = 86_400_000_000


def lives_of(rows):
    """Events by key in time order; rows are (key, step, time) and equal times keep input order."""
    lives = {}
    for key, step, time in rows:
        lives.setdefault(key, []).append((step, time))
    return {key: sorted(events, key=lambda event: event[1]) for key, events in lives.items()}


def cut_plain(life, starts, ends, gap):
    """Journeys of a life cut at start steps, behind end steps and at pauses longer than ``gap``."""
    journeys = []
    for step, time in life:
        before = journeys[-1][-1] if journeys else None
        begins = before is None or step in starts or before[0] in ends
        if begins or (gap is not None and time - before[1] > gap):
            journeys.append([])
        journeys[-1].append((step, time))
    return journeys


def groups_of_anchors(life, anchor, close, after):
    """(place of the first anchor, place of the last close or None) of each group of anchors."""
    groups, place = [], 0
    while place < len(life):
        if life[place][0] not in anchor:
            place += 1
            continue
        first, last = place, None
        for later in range(place + 1, len(life)):
            step, time = life[later]
            if last is not None and (step in anchor or (after is not None and time - life[last][1] > after)):
                break
            if step in close:
                last = later
        groups.append((first, last))
        place = len(life) if last is None else last + 1
    return groups


def cut_anchored(life, anchor, opening, close, before, after, gap):
    """Journeys of a life cut around its anchors, the rest cut by ``gap``: by giving each event an owner."""
    groups = groups_of_anchors(life, anchor, close, after)
    owner = [None] * len(life)
    for number, (first, last) in enumerate(groups):
        floor = 0 if number == 0 else groups[number - 1][1] + 1
        opens = next(
            (
                place
                for place in range(floor, first)
                if (before is None or life[first][1] - life[place][1] <= before)
                and (not opening or life[place][0] in opening)
            ),
            first,
        )
        for place in range(opens, len(life)):
            reached = last is None or after is None or life[place][1] - life[last][1] <= after
            owner[place] = number if reached else None
    return _join(life, owner, gap)


def _join(life, owner, gap):
    journeys = []
    for place, event in enumerate(life):
        new = place == 0 or owner[place] != owner[place - 1]
        if not new and owner[place] is None and gap is not None:
            new = event[1] - life[place - 1][1] > gap
        if new:
            journeys.append([])
        journeys[-1].append(event)
    return journeys


def order_dates(life, position):
    """Place date-only events (step, time, date_only) by blueprint position; times never decrease afterwards."""
    timed = [event for event in life if not event[2]]
    dated = sorted((event for event in life if event[2]), key=lambda event: (event[1], position[event[0]]))
    slots = {}
    for event in dated:
        step, time, _ = event
        before = [place for place, other in enumerate(timed) if other[1] < time]
        sameday = [
            place
            for place, other in enumerate(timed)
            if time <= other[1] < time + DAY and position[other[0]] <= position[step]
        ]
        slots.setdefault(max(before + sameday, default=-1), []).append(event)
    out = [(event[0], event[1]) for event in slots.get(-1, [])]
    for place, event in enumerate(timed):
        out.append((event[0], event[1]))
        out += [(dated_event[0], max(event[1], dated_event[1])) for dated_event in slots.get(place, [])]
    return out
