"""A slow, strict XES reader with the standard library's tree parser, to check the quick one against."""

from datetime import datetime
from xml.etree import ElementTree


def events_of(text):
    """[(journey, step, time, {attribute: text})] of every event, in file order; missing values are None."""
    found = []
    log = ElementTree.fromstring(text)
    for number, trace in enumerate(children(log, "trace"), start=1):
        named = attributes(trace)
        journey = named.pop("concept:name", None) or f"trace {number}"
        for event in children(trace, "event"):
            own = attributes(event)
            step, at = own.pop("concept:name", None), own.pop("time:timestamp", None)
            own |= {f"case:{key}": value for key, value in named.items()}
            found.append((journey, step, at and datetime.fromisoformat(at), own))
    return found


def children(element, tag):
    return [child for child in element if child.tag.rpartition("}")[2] == tag]


def attributes(element, prefix=""):
    """Flat ``key`` and ``key.inner`` texts."""
    found = {}
    for child in element:
        key = child.get("key")
        if key is None:
            continue
        if child.get("value") is not None:
            found[prefix + key] = child.get("value")
        found |= attributes(child, f"{prefix}{key}.")
    return found
