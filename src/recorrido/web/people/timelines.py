"""A page of events, newest first, as a person, an order or an organization shows it."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest

from recorrido.events.queries import Place, Recorded
from recorrido.journeys.blueprint import Blueprint
from recorrido.journeys.queries import event_labels
from recorrido.web.paging import decode_place, encode_place
from recorrido.web.people.facts import Fact, Facts

PAGE = 50


@dataclass(frozen=True)
class Happened:
    """An event and what the blueprint calls it."""

    event: Recorded
    label: str
    facts: list[Fact]


def before(request: HttpRequest) -> Place | None:
    """Where the page before ended."""
    place = decode_place(request.GET.get("after", ""))
    return Place(*place) if place else None


def page_of_events(events: list[Recorded], design: Blueprint | None) -> dict[str, object]:
    """What the timeline's template needs of PAGE + 1 events."""
    shown, label, facts = events[:PAGE], event_labels(design), Facts(design)
    last = shown[-1].place if len(events) > PAGE else None
    return {
        "events": [
            Happened(event, label(event.type, event.channel, event.properties), facts.said(event.facts))
            for event in shown
        ],
        "next_after": encode_place(last.at, last.id) if last else "",
    }
