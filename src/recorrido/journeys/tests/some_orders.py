"""Events of orders as life brings them: persons that turn out to be one, some told late, some as dates only."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta

from recorrido.company.models import Staff
from recorrido.events.actions import ensure_source, record_events
from recorrido.events.records import NewEvent
from recorrido.journeys.tests.ledgers import START
from recorrido.people.actions import merge_persons, unmerge
from recorrido.people.errors import PeopleError
from recorrido.people.models import Identifier, PersonChange

TYPES = (
    "page.viewed",
    "order.placed",
    "order.shipped",
    "order.delivered",
    "contact.received",
    "survey.answered",
)


def record_some(luck: random.Random, count: int) -> None:
    """Record the events of ``count`` orders, in one group."""
    events = [event for _ in range(count) for event in _order(luck)]
    record_events(source=ensure_source(name=luck.choice(["shop", "desk"])), events=events)


def _order(luck: random.Random) -> Iterator[NewEvent]:
    number = luck.getrandbits(64)
    customer = (("customer", f"c{luck.randrange(30)}"),)
    mail = (("email", f"m{luck.randrange(40)}@example.cl"),) if luck.random() < 0.3 else ()
    for kind in luck.sample(TYPES, luck.randrange(1, 5)):
        yield NewEvent(
            f"{number}-{kind}",
            kind,
            START + timedelta(hours=luck.randrange(2_000)),
            channel="phone" if kind.startswith("contact") else luck.choice(["web", "app", None]),
            identifiers=customer + mail,
            objects=(("order", f"o{luck.randrange(60)}"),),
            properties=_told(luck),
            date_only=luck.random() < 0.1,
        )


def _told(luck: random.Random) -> dict[str, object]:
    return {
        "region": luck.choice(["RM", "X"]),
        "amount": luck.randrange(99),
        "weight": 2,
        "score": luck.randrange(5),
    }


def join_or_part(luck: random.Random) -> None:
    """Somebody says that two customers are one, or that two who were joined are not."""
    staff = Staff.objects.get()
    merges = (
        PersonChange.objects.filter(kind=PersonChange.MERGED).order_by("-id").values_list("id", flat=True)
    )
    with suppress(PeopleError):
        if merges and luck.random() < 0.5:
            unmerge(actor=staff, merge=luck.choice(list(merges[:20])))
        else:
            known = Identifier.objects.filter(kind="customer").order_by("id")
            one, other = luck.sample(list(known.values_list("person_id", flat=True)), 2)
            merge_persons(actor=staff, one=one, other=other)
